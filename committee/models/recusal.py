"""Who takes no part in a proposal."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Recusal(models.Model):
    """A member has an interest in a proposal: they see nothing of its review, and are not counted in its quorum.

    Public is who, from what, and the kind of interest; there is no free text. It only grows: an interest does not end.
    """

    class Interest(models.TextChoices):
        FAMILY = "family", _("Family or household")
        WORK = "work", _("Employer or business")
        ASSOCIATION = "association", _("An association they belong to")
        PROPERTY = "property", _("Property or a lease nearby")
        SUPPORT = "support", _("They helped to write it, or support it in public")
        OTHER = "other", _("Another interest")

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.PROTECT, related_name="recusals")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    interest = models.CharField(_("kind of interest"), max_length=12, choices=Interest)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")
        verbose_name = _("recusal")
        verbose_name_plural = _("recusals")
        constraints = (
            models.UniqueConstraint(
                name="recused_once",
                fields=["proposal", "member"],
                violation_error_message=_("This member takes no part in it already."),
            ),
            models.CheckConstraint(
                name="an_interest_is_of_a_kind_there_is",
                condition=models.Q(interest__in=["family", "work", "association", "property", "support", "other"]),
                violation_error_message=_("Choose the kind of interest."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.member_id}"
