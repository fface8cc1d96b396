"""What is told of how the building of a project goes."""

from django.utils.translation import gettext_lazy as _

from lib import money
from notices.kinds import Happened, Kind
from proposals.models import Milestone
from proposals.telling.ordinary import names, telling


def _milestone(happening: Happened) -> dict[str, str]:
    milestone: Milestone = happening.subject
    cost = milestone.final_cost
    paid = [money.written(cost, milestone.proposal.cycle.currency)] if cost is not None else []
    words = [milestone.get_kind_display(), milestone.note, *paid]
    return names(happening) | {"news": "\n".join(filter(None, words))}


TOLD = {
    Kind.BUILDING: telling(
        _milestone,
        "news",
        about=Milestone,
        title=_("News of a building"),
        subject=_("News of {proposal}"),
        text=_("The city says of {proposal}:\n\n{news}"),
    ),
}
