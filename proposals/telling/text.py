"""What is told of the text of a proposal: that it is new, changed, or taken back."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Happened, Kind
from proposals.telling.ordinary import names, proposal_of, telling


def _withdrawal(happening: Happened) -> dict[str, str]:
    return names(happening) | {"reason": proposal_of(happening).withdrawal.reason}


TOLD = {
    Kind.PROPOSAL_SUBMITTED: telling(
        names,
        "",
        title=_("A new proposal"),
        subject=_("New in {district}: {proposal}"),
        text=_("A proposal was submitted in {district} for {cycle}:\n\n{proposal}"),
    ),
    Kind.PROPOSAL_CHANGED: telling(
        names,
        "",
        title=_("A proposal was changed"),
        subject=_("Changed: {proposal}"),
        text=_("{proposal} was changed. Its history shows what it said before, word by word."),
    ),
    Kind.PROPOSAL_WITHDRAWN: telling(
        _withdrawal,
        "reason",
        title=_("A proposal was withdrawn"),
        subject=_("Withdrawn: {proposal}"),
        text=_("{proposal} was taken back by its author, who says:\n\n{reason}"),
    ),
}
