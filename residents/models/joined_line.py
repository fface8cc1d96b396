"""Two lines of the register that are one person's."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from budgeting.models import JointAct
from budgeting.models.by_two import ByTwo, a_reason, another_confirms
from residents.models.register import Resident


class JoinedLine(ByTwo):
    """Two people found that a line is that of somebody who has another: it ends for good, and `stays` goes on for it.

    Its identifier is the other's second name from then on: a file that has only that one keeps the line that stays.
    The database lets it change nothing, and the line that ended come back never.
    """

    ended = models.OneToOneField(Resident, on_delete=models.PROTECT, related_name="joined")
    stays = models.ForeignKey(Resident, on_delete=models.PROTECT, related_name="joined_to_it")
    act = models.OneToOneField(JointAct, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("joined line")
        verbose_name_plural = _("joined lines")
        constraints = (
            a_reason("lines_are_joined_for_a_reason", _("Say by what you know that both are one person.")),
            another_confirms("two_join_lines"),
            models.CheckConstraint(
                condition=~Q(ended=F("stays")),
                name="two_lines_are_joined",
                violation_error_message=_("These are one line, not two."),
            ),
        )

    def __str__(self) -> str:
        return f"#{self.ended_id} → #{self.stays_id}"
