"""A committee, or a clerk for it, writes to the author of a proposal, who answers on the site.

A message is no decision and speaks of none. Neither side sees the other's address.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from budgeting.people import Person
from committee.interests import of_interest_to
from committee.members import entitled_each, why_not_help
from committee.models import Message
from committee.models.sealed import new_salt
from lib.one_line import says_something
from lib.refusal import Refused, allow, require
from notices.counts import Limit, in_words
from notices.kinds import Kind
from notices.models import Happening
from proposals.models import Proposal

TO_AN_AUTHOR = Limit("messages of a committee about a proposal", 10, timedelta(days=1))
OF_AN_AUTHOR = Limit("messages of an author about a proposal", 20, timedelta(hours=1))
TITLE = "{title}"

TOO_MANY = gettext_lazy(
    "%(most)d messages about “%(title)s” were written already. The next can be sent from %(from)s on."
)


def why_not_write(proposal: Proposal, *, by: Person) -> str:
    """Why this person neither reads nor writes what goes between its author and the committee; empty if they do."""
    if proposal.is_draft or not _is_read(proposal):
        return _("There is no author to write to.")
    if proposal.is_by(by):
        return _("This proposal is your own.")
    return why_not_help(proposal, by=by)


def cannot_write(proposals: Iterable[Proposal], *, by: Person) -> list[Proposal]:
    """Those of them of which `why_not_write` says why; no more statements for more of them."""
    chosen = list(proposals)
    may = entitled_each(chosen)
    concerned = set(of_interest_to(by).filter(pk__in=[each.pk for each in chosen]).values_list("pk", flat=True))
    return [
        each
        for each in chosen
        if not _is_read(each) or each.pk in concerned or not (by.is_clerk or by.pk in may[each.pk])
    ]


@transaction.atomic
def write_to_author(proposal: Proposal, *, by: Person, at: datetime, text: str) -> Message:
    """Write to the author, who is told at once. What they wrote before is read with it. Raises Refused."""
    allow(why_not_write(proposal, by=by))
    _count(TO_AN_AUTHOR, proposal, at)
    read(proposal, by=by, at=at)
    message = _write(proposal, by=by, at=at, text=text, is_authors=False)
    Happening.note(Kind.WRITTEN_TO_AUTHOR, message, at=at, by=by)
    return message


@transaction.atomic
def write_to_authors(proposals: Iterable[Proposal], *, by: Person, at: datetime, text: str) -> int:
    """The same words to the author of each, with its own title; to all or none. How many. Raises Refused."""
    chosen = list(proposals)
    require(chosen, _("Tick the proposals it is about."))
    numbers = ", ".join(str(each.number) for each in cannot_write(chosen, by=by))
    require(not numbers, _("You do not write to the authors of these: %s.") % numbers)
    for each in chosen:
        write_to_author(each, by=by, at=at, text=worded(text, each))
    return len(chosen)


def worded(text: str, proposal: Proposal) -> str:
    """Words that go to several, as they go to the author of this one."""
    return text.replace(TITLE, str(proposal.title))


def _is_read(proposal: Proposal) -> bool:
    """Is there an author who has an account still?"""
    return proposal.author is not None and proposal.author.is_active


def why_not_answer(proposal: Proposal, *, by: Person) -> str:
    """Why this person does not answer as the author, in a sentence; empty if they may."""
    if not proposal.is_by(by):
        return _("Only its author answers.")
    if not Message.objects.filter(proposal=proposal).exists():
        return _("Nobody of the committee has written to you about this.")
    return ""


@transaction.atomic
def answer(proposal: Proposal, *, by: Person, at: datetime, text: str) -> Message:
    """The author answers; it waits on the desk until somebody of the committee has read it. Raises Refused."""
    allow(why_not_answer(proposal, by=by))
    _count(OF_AN_AUTHOR, proposal, at)
    return _write(proposal, by=by, at=at, text=text, is_authors=True)


@transaction.atomic
def read(proposal: Proposal, *, by: Person, at: datetime) -> None:
    """Somebody of the committee has read what the author wrote so far. Raises Refused."""
    allow(why_not_write(proposal, by=by))
    Message.objects.to_read().filter(proposal=proposal).update(read_at=at, read_by=by.pk)


def _write(proposal: Proposal, *, by: Person, at: datetime, text: str, is_authors: bool) -> Message:
    require(says_something(text), _("Write something first."))
    said = {"text": text.strip(), "is_authors": is_authors, "salt": new_salt()}
    message = Message(proposal=proposal, by_id=by.pk, at=at, **said)
    message.full_clean(exclude=["proposal", "by", "salt"])
    message.save(force_insert=True)
    by.record(Done.MESSAGE_WRITTEN, on=message, digest=message.digest)
    return message


def _count(limit: Limit, proposal: Proposal, at: datetime) -> None:
    if until := limit.count(str(proposal.pk), at=at):
        raise Refused(TOO_MANY % {"most": limit.most, "title": proposal.title, "from": in_words(until)})
