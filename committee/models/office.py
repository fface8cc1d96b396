"""Who leads a committee, and who does so in their place."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from committee.models.committee import Committee


class Office(models.Model):
    """A member is chair, or a deputy: on top of their role, and nothing without it.

    `rank` is 0 for the chair; the deputies follow in their order.
    """

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="offices")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("committee", "rank")
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        constraints = (
            models.UniqueConstraint(
                name="one_of_each_rank",
                fields=["committee", "rank"],
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("This office is held already."),
            ),
            models.UniqueConstraint(
                name="a_member_holds_one_office",
                fields=["committee", "member"],
                violation_error_message=_("Nobody is chair and deputy at once."),
            ),
        )

    def __str__(self) -> str:
        return str(_("Chair") if self.is_chair else _("Deputy"))

    @property
    def is_chair(self) -> bool:
        return self.rank == 0
