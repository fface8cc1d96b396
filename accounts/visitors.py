"""Who is behind a request: somebody with an account, or a visitor who answers every question of theirs with no."""

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User


class Visitor(AnonymousUser):
    name = ""
    is_clerk = is_council = is_auditor = False

    def is_committee_for(self, district: Model) -> bool:
        return False

    def is_verified_for(self, cycle: Model) -> bool:
        return False

    def verification_for(self, cycle: Model) -> None:
        return None


def signed_in(request: HttpRequest) -> User:
    """The person who is signed in. Raises PermissionDenied if there is none: views ask for `login_required` first."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
