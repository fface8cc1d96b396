"""What is asked of a cycle's phases together."""

from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from budgeting.calendar import Wrong, errors
from budgeting.models.cycle import Phase
from budgeting.stages import Stage

SENTENCES = {
    Wrong.BACKWARDS: _("“%(later)s” comes before “%(earlier)s” in a cycle, so it cannot open after it."),
    Wrong.OVERLAPPING: _("“%(earlier)s” is still open when “%(later)s” opens. Close it first."),
}


def check_calendar(phases: Iterable[Phase]) -> None:
    """Raise ValidationError, a sentence for each fault, if the phases of one cycle overlap or run backwards."""
    sentences = [
        SENTENCES[wrong] % {"earlier": earlier.about.name, "later": later.about.name}
        for wrong, earlier, later in errors(phase.window() for phase in phases)
    ]
    if sentences:
        raise ValidationError(sentences)


def check_decisions(public_at: datetime | None, phases: Iterable[Phase]) -> None:
    """Raise ValidationError unless the decisions of the committee are public while it reviews, or as it ends."""
    review = next((phase for phase in phases if phase.stage == Stage.REVIEWING), None)
    if public_at is None:
        return
    if review is None or public_at <= review.opens or (review.closes and review.closes < public_at):
        raise ValidationError(_("The committee’s decisions are made public during the review, or at its close."))


def check_objections(until: datetime | None, phases: Iterable[Phase]) -> None:
    """Raise ValidationError unless there is time to object to a vote once it has closed."""
    closes = next((phase.closes for phase in phases if phase.stage == Stage.VOTING), None)
    if until and (closes is None or until <= closes):
        raise ValidationError(_("The time for objections to the vote ends after the close of the vote."))
