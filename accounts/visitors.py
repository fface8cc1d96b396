"""Who is behind a request: somebody with an account, or a visitor who answers every question of theirs with no."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User
from audit.acts import Done


class Visitor(AnonymousUser):
    """A Person (budgeting.people) without an account."""

    name = ""
    is_clerk = is_council = is_auditor = is_department = False
    holds_a_role = holds_a_letter = gives_roles = False

    def is_committee_for(self, district: Model) -> bool:
        return False

    def why_not_confirm(self, at: datetime) -> str:
        raise PermissionDenied

    def record(self, done: Done, *, on: Model | None = None, **facts: Any) -> None:
        raise PermissionDenied


def user_of(request: HttpRequest) -> User:
    """The person who is signed in. Raises PermissionDenied if there is none: views ask for `login_required` first."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
