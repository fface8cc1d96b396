"""Whoever signs in is there: what came back from their address before is forgotten, and mails go to it again."""

from typing import Any

from accounts.models import User
from notices.models import Returned


def after_a_sign_in(sender: Any, user: User, **more: Any) -> None:
    Returned.forget(user)
