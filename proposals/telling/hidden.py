"""What is told of what must not stand: to its author always, and to clerks what was reported."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgeting.people import RoleName, holders_of
from budgeting.registry import Page, address_of
from lib import clock
from lib.one_line import one_line
from notices.kinds import Group, Happened, Kind, Telling, Way
from proposals.models import Comment, Complaint, Hiding, Photo, Proposal
from proposals.models.withholding import as_written
from proposals.telling.discussion import QUOTED
from proposals.telling.ordinary import PLACEHOLDERS, in_one_paragraph


def what(thing: Any) -> str:
    """What it is, in words: the comment “Is there shade?”"""
    if isinstance(thing, Proposal):
        return _("the whole proposal")
    if isinstance(thing, Comment):
        return _("the comment “%s”") % Truncator(one_line(as_written(thing.text))).chars(QUOTED)
    if isinstance(thing, Photo):  # what two withheld nobody reads here
        return _("the photo “%s”") % one_line(thing.alt if thing.withheld else as_written(thing.alt))
    return _("version %d of the text") % thing.number


def _author(happening: Happened) -> QuerySet[Any]:
    thing = happening.subject.thing
    field = "author" if isinstance(thing, Proposal | Comment) else "by"
    rows: QuerySet[Any] = type(thing)._base_manager.filter(pk=thing.pk)
    return rows.exclude(**{field: None}).values(field)


def _is_the_author(happening: Happened, reader: Any) -> bool:
    return bool(happening.subject.thing.whose == reader.pk)


def _still_waits(happening: Happened, reader: Any) -> bool:
    return bool(reader.is_clerk and happening.subject.settled_at is None)


def _who_reported(happening: Happened) -> QuerySet[Any]:
    """Whose report the hiding settled; who reported what is their own hears that it is hidden."""
    thing = happening.subject.thing
    return Complaint.objects.filter(**thing.named, settled_at=happening.at).exclude(by=thing.whose).values("by")


def _is_still_hidden(happening: Happened, reader: Any) -> bool:
    hiding: Hiding = happening.subject
    return hiding.ended_at is None and not hiding.has_lapsed(clock.now())


def _says(happening: Happened) -> dict[str, str]:
    row = happening.subject
    said = {"proposal": str(row.proposal.title), "district": row.proposal.contest.title}
    return said | {"cycle": str(row.proposal.cycle), "what": what(row.thing), "reason": in_one_paragraph(row.reason)}


def _says_to_a_stranger(happening: Happened) -> dict[str, str]:
    """Whoever has not written a hidden proposal reads its number: its title is hidden from them as well."""
    proposal = happening.subject.proposal
    named = {"proposal": _("Proposal %d") % proposal.number} if proposal.hidden(clock.now()) else {}
    return _says(happening) | named


def _leads_a_stranger(happening: Happened) -> str:
    """To where it stood, without the words of a title that is hidden."""
    thing = happening.subject.thing
    proposal = thing.whole
    if not proposal.hidden(clock.now()):
        return str(thing.place)
    return reverse("proposal", args=[proposal.contest.cycle.slug, proposal.contest.district.slug, proposal.number])


def _is_told_the_title(happening: Happened) -> bool:
    """Its author may have written the proposal, too."""
    return bool(happening.subject.thing.whose == happening.subject.proposal.author_id)


def _says_to_its_author(happening: Happened) -> dict[str, str]:
    return _says(happening) if _is_told_the_title(happening) else _says_to_a_stranger(happening)


def _leads_its_author(happening: Happened) -> str:
    """To where they can answer; in a proposal that is hidden as a whole, only whoever wrote it can."""
    thing = happening.subject.thing
    if thing.whole.hidden(clock.now()) and not _is_told_the_title(happening):
        return _leads_a_stranger(happening)
    return str(thing.page("authors_answer"))


def _leads_back(happening: Happened) -> str:
    return str(happening.subject.thing.place) if _is_told_the_title(happening) else _leads_a_stranger(happening)


WHAT = {
    **{name: PLACEHOLDERS[name] for name in ("proposal", "district", "cycle")},
    "what": gettext_lazy("the comment “Fools!”"),
    "reason": gettext_lazy("It insults or threatens people."),
}

HIDDEN = Telling(
    group=Group.RIGHTS,
    about=Hiding,
    title=gettext_lazy("Something of yours was hidden"),
    subject=gettext_lazy("Hidden: something of yours about {proposal}"),
    text=gettext_lazy(
        "A clerk has hidden something of yours about “{proposal}”:\n\n{what}\n\nThe reason, which everybody can read "
        "in its place:\n\n{reason}\n\nYou can answer once, and a clerk reads it."
    ),
    placeholders=WHAT,
    needs=frozenset({"reason"}),
    says=_says_to_its_author,
    button=gettext_lazy("See it, and answer"),
    leads_to=_leads_its_author,
    readers=_author,
    may_read=_is_the_author,
    default=Way.AT_ONCE,
)

UNHIDDEN = Telling(
    group=Group.RIGHTS,
    about=Hiding,
    title=gettext_lazy("Something of yours is shown again"),
    subject=gettext_lazy("Shown again: something of yours about {proposal}"),
    text=gettext_lazy("Something of yours about “{proposal}” was hidden. Everybody can see it again:\n\n{what}"),
    placeholders=WHAT,
    says=_says_to_its_author,
    button=gettext_lazy("See it in its place"),
    leads_to=_leads_back,
    readers=_author,
    may_read=_is_the_author,
    default=Way.AT_ONCE,
)

REPORTED = Telling(
    group=Group.WORK,
    about=Complaint,
    title=gettext_lazy("Something was reported"),
    subject=gettext_lazy("Reported: something about {proposal}"),
    text=gettext_lazy("Somebody has reported something about “{proposal}”:\n\n{what}\n\nBecause:\n\n{reason}"),
    placeholders=WHAT,
    says=_says,
    button=gettext_lazy("Look at it on the desk"),
    leads_to=lambda happening: address_of(Page.DESK),
    readers=lambda happening: holders_of(RoleName.CLERK).values("pk"),
    may_read=_still_waits,
    default=Way.SITE,  # the mail of the day says what waits
)

REPORT_HELPED = Telling(
    group=Group.YOURS,
    about=Hiding,
    title=gettext_lazy("Something you reported was hidden"),
    subject=gettext_lazy("Thank you for your report about {proposal}"),
    text=gettext_lazy(
        "You reported something about “{proposal}”. A clerk has looked at it and has hidden it. Thank you for saying "
        "so.\n\nThe reason, which everybody can read in its place:\n\n{reason}"
    ),
    placeholders={name: WHAT[name] for name in ("proposal", "district", "cycle", "reason")},
    says=_says_to_a_stranger,
    button=gettext_lazy("See it in its place"),
    leads_to=_leads_a_stranger,
    readers=_who_reported,
    may_read=_is_still_hidden,
    default=Way.DIGEST,
)

TOLD = {Kind.HIDDEN: HIDDEN, Kind.UNHIDDEN: UNHIDDEN, Kind.REPORTED: REPORTED, Kind.REPORT_HELPED: REPORT_HELPED}
