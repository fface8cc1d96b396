"""People with an account, the roles they hold, and where they have signed in."""

from accounts.models.invitation import Invitation
from accounts.models.network import KnownNetwork
from accounts.models.person import User, UserManager
from accounts.models.role import Role

__all__ = ["Invitation", "KnownNetwork", "Role", "User", "UserManager"]
