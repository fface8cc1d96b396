"""A visitor without an account, who answers every question a user answers, with no."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model


class Visitor(AnonymousUser):
    name = ""
    is_clerk = is_council = is_auditor = False

    def is_committee_for(self, district: Model) -> bool:
        return False

    def is_verified_for(self, cycle: Model) -> bool:
        return False

    def verification_for(self, cycle: Model) -> None:
        return None
