"""What is told of another wording: to the author who is asked, to whoever proposed it, and to nobody else."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgeting.templatetags.dates import end_words
from committee.addresses import changes_of
from committee.changing import why_not_see
from committee.models import ChangeRuling, ProposedChange
from notices.kinds import Group, Happened, Kind, Telling, Way, tells
from proposals.telling.ordinary import in_one_paragraph


def _who_is_asked(happening: Happened) -> QuerySet[Any]:
    return ProposedChange.objects.filter(pk=happening.subject.pk).exclude(author=None).values("author")


def _is_still_asked(happening: Happened, reader: Any) -> bool:
    change: ProposedChange = happening.subject
    return change.author_id == reader.pk and ProposedChange.objects.standing().filter(pk=change.pk).exists()


def _question(happening: Happened) -> dict[str, str]:
    change: ProposedChange = happening.subject
    return {"proposal": str(change.proposal.title), "reason": change.reason, "date": end_words(change.until)}


def _who_proposed(happening: Happened) -> QuerySet[Any]:
    return ProposedChange.objects.filter(pk=happening.subject.pk).values("by")


def _still_sees(happening: Happened, reader: Any) -> bool:
    return not why_not_see(happening.subject.proposal, by=reader)


def _answer(happening: Happened) -> dict[str, str]:
    change: ProposedChange = happening.subject
    answer = gettext("Yes, it is in the text now.") if change.agrees else gettext("No.")
    said = in_one_paragraph(change.said) or "–"
    return {"proposal": str(change.proposal.title), "answer": answer, "said": said}


def _author(happening: Happened) -> QuerySet[Any]:
    rulings = ChangeRuling.objects.filter(pk=happening.subject.pk)
    return rulings.exclude(change__author=None).values("change__author")


def _is_the_author(happening: Happened, reader: Any) -> bool:
    author: int | None = happening.subject.change.author_id
    return author == reader.pk


def _ruling(happening: Happened) -> dict[str, str]:
    ruling: ChangeRuling = happening.subject
    outcome = gettext("the text is changed") if ruling.applies else gettext("the text stays as it is")
    return {"proposal": str(ruling.change.proposal.title), "outcome": outcome, "reason": ruling.reason}


PROPOSAL, REASON = _("A swing for everyone"), _("The place has another name on the map.")


def register() -> None:
    about: dict[str, Any] = {"about": ProposedChange, "default": Way.AT_ONCE}
    asked = Telling(
        **about,
        group=Group.RIGHTS,
        title=_("Another wording of a proposal of yours is proposed"),
        subject=_("May your text be changed? {proposal}"),
        text=_(
            "The city proposes another wording of “{proposal}”:\n\n{reason}\n\nSee what would change, and say yes or "
            "no by {date}. Without an answer by then whoever chairs the committee decides. Until then nobody "
            "else sees it."
        ),
        placeholders={"proposal": PROPOSAL, "reason": REASON, "date": _("Friday 1 October")},
        needs=frozenset({"reason"}),
        says=_question,
        button=_("See what would change"),
        leads_to=lambda happening: reverse("proposed_change", args=[happening.subject.pk]),
        readers=_who_is_asked,
        may_read=_is_still_asked,
    )
    answered = Telling(
        **about,
        group=Group.WORK,
        title=_("An author answered to a wording you proposed"),
        subject=_("Answered: {proposal}"),
        text=_("The author of “{proposal}” has answered to the wording you proposed: {answer}\n\nThey say:\n\n{said}"),
        placeholders={"proposal": PROPOSAL, "answer": _("No."), "said": _("The old name is the one we use.")},
        needs=frozenset({"answer"}),
        says=_answer,
        button=_("See it"),
        leads_to=lambda happening: changes_of(happening.subject.proposal),
        readers=_who_proposed,
        may_read=_still_sees,
    )
    ruled = Telling(
        **about | {"about": ChangeRuling},
        group=Group.RIGHTS,
        title=_("What became of another wording of a proposal of yours"),
        subject=_("Without your answer: {proposal}"),
        text=_(
            "Another wording of “{proposal}” was proposed to you, and there was no answer by the date. Whoever chairs "
            "the committee has decided: {outcome}.\n\nThe reason:\n\n{reason}"
        ),
        placeholders={"proposal": PROPOSAL, "outcome": _("the text is changed"), "reason": REASON},
        needs=frozenset({"outcome", "reason"}),
        says=_ruling,
        button=_("See it"),
        leads_to=lambda happening: reverse("proposed_change", args=[happening.subject.change_id]),
        readers=_author,
        may_read=_is_the_author,
    )
    tells(Kind.CHANGE_PROPOSED, asked)
    tells(Kind.CHANGE_ANSWERED, answered)
    tells(Kind.CHANGE_RULED, ruled)
