"""Support before the review."""

from datetime import datetime

from django.conf import settings
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.models import Supporters
from budgeting.people import Person
from budgeting.stages import Act
from lib.refusal import allow, require
from proposals import quotas
from proposals.models.text import ProposalText
from residents.verified import is_verified


class Endorsements(models.QuerySet["Endorsement"]):
    """What may be asked of much support."""

    def that_count(self) -> "Endorsements":
        """By residents who are verified; by anybody with an account where the city chose so for the cycle."""
        verified = is_verified(models.OuterRef("by"), models.OuterRef("proposal__cycle"))
        return self.filter(models.Q(proposal__cycle__supporters=Supporters.ANY) | models.Q(verified))


class Endorsement(models.Model):
    """One person's support before the review: once, and it can be taken back."""

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="endorsements")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="endorsements")
    at = models.DateTimeField()

    objects = Endorsements.as_manager()

    class Meta:
        verbose_name = gettext_lazy("endorsement")
        verbose_name_plural = gettext_lazy("endorsements")
        constraints = (
            models.UniqueConstraint(
                name="a_person_endorses_once",
                fields=["proposal", "by"],
                violation_error_message=gettext_lazy("You support this proposal already."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.by}: {self.proposal}"


class Supported(ProposalText):
    """What supporters do."""

    class Meta:
        abstract = True

    def endorse(self, *, by: Person, at: datetime) -> None:
        """Support it. Doing so twice, even at the same instant, leaves one endorsement."""
        require(by.is_authenticated, _("Sign in to support a proposal."))
        allow(self.why_not_endorse(at))
        if self.is_endorsed_by(by):
            return
        with transaction.atomic():
            quotas.spend(quotas.SUPPORT, by=by, at=at)
            mine = [Endorsement(proposal_id=self.pk, by_id=by.pk, at=at)]
            Endorsement.objects.bulk_create(mine, ignore_conflicts=True)

    def unendorse(self, *, by: Person, at: datetime) -> None:
        require(by.is_authenticated, _("Sign in to change your support."))
        allow(self.why_not_endorse(at))
        Endorsement.objects.filter(proposal=self.pk, by=by.pk).delete()

    def why_not_endorse(self, at: datetime) -> str:
        return "" if self.is_open_for(Act.ENDORSE, at) else _("Support is not being collected now.")

    def is_endorsed_by(self, person: Person) -> bool:
        return person.is_authenticated and Endorsement.objects.filter(proposal=self.pk, by=person.pk).exists()

    def counts_support_of(self, person: Person) -> bool:
        """Does this person support it, in a way that counts?"""
        return Endorsement.objects.that_count().filter(proposal=self.pk, by=person.pk).exists()
