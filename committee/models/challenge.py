"""Somebody says that a member has an interest in a proposal."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.recusal import Recusal

LONGEST_WORDS = 1_000


class Challenge(models.Model):
    """It waits for whoever presides, who upholds it, which recuses the member, or turns it down.

    `in_confidence` is for those who may settle it, and for nobody else; the log has the kind of interest alone.
    """

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="challenges")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    interest = models.CharField(_("kind of interest"), max_length=12, choices=Recusal.Interest)
    in_confidence = models.TextField(_("what you know of it"), max_length=LONGEST_WORDS, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    upheld = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        constraints = (
            models.UniqueConstraint(
                name="challenged_once_at_a_time",
                fields=["proposal", "member"],
                condition=models.Q(settled_at__isnull=True),
                violation_error_message=_("This member's part in it is challenged already."),
            ),
            models.CheckConstraint(
                name="a_challenge_is_of_a_kind_there_is",
                condition=models.Q(interest__in=["family", "work", "association", "property", "support", "other"]),
                violation_error_message=_("Choose the kind of interest."),
            ),
            models.CheckConstraint(
                name="nobody_challenges_themselves",
                condition=~models.Q(by=models.F("member")),
                violation_error_message=_("Of an interest of your own, say that you take no part."),
            ),
            models.CheckConstraint(
                name="a_challenge_is_settled_by_another",
                condition=models.Q(settled_by__isnull=True)
                | (~models.Q(settled_by=models.F("by")) & ~models.Q(settled_by=models.F("member"))),
                violation_error_message=_("Whoever is concerned does not settle it."),
            ),
            models.CheckConstraint(
                name="a_challenge_is_settled_whole",
                condition=models.Q(settled_at__isnull=True, upheld__isnull=True, settled_by__isnull=True)
                | models.Q(settled_at__isnull=False, upheld__isnull=False),
                violation_error_message=_("A challenge is upheld or turned down."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.member_id}"
