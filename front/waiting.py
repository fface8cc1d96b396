"""What waits for one person who works for the budget, from every room: the desk's lists as one, the oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import reference
from ballots.at_the_desk import boxes_for
from ballots.checklist import Checklist, Step
from ballots.gathering import asked_of
from budgeting import two
from budgeting.guards import oversees
from budgeting.models import JointAct
from budgeting.people import Person
from budgeting.registry import Page, address_of
from budgeting.stages import Stage
from committee.addresses import address_of as decision_on
from committee.addresses import card_of, challenge_of, changes_of, messages_on, ruling_on
from committee.at_the_desk import Desk
from committee.calendar import Kind
from committee.opinions import in_hand_of
from committee.ruling import waiting_for as mergers_for
from committee.settling_changes import waiting_for as wordings_for
from committee.to_do import ToDo, lists
from lib.troubles import troubles
from notices.models import Mail
from proposals.at_the_desk import reported_and_hidden
from residents.models import Claim, RegisterImport

MOST = 40  # of one list; the mail of the day has no more


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits: in words, where, since when, and until when it can be done; or it is late already."""

    words: str
    path: str
    since: datetime
    until: datetime | None = None
    late: bool = False
    things: int = 1  # so many of a long list, in one line


def waits_for(person: Person, at: datetime) -> list[Waiting]:
    """What waits for this person, the oldest first, each thing once; of a long list its end is one line."""
    found: dict[tuple[str, str], Waiting] = {}
    rooms = (_acts, _boxes, _sheets, _committees, _opinions, _moderation, _claims, _uploads, _mails, _works)
    for each in sorted((one for room in rooms for one in room(person, at)), key=lambda one: one.since):
        found.setdefault((each.path, each.words), each)
    return list(found.values())


# What the desk lists, too --------------------------------------------------------------------------------------------


def acts_of_two() -> QuerySet[JointAct]:
    """What one person has proposed and another has to confirm."""
    return JointAct.objects.filter(settled_at=None).select_related("proposed_by", "cycle")


def claims() -> QuerySet[Claim]:
    """Where two accounts say that they are one resident, the oldest first."""
    return Claim.objects.filter(settled_at=None).select_related("resident__cycle", "user").order_by("at")


def uploads() -> QuerySet[RegisterImport]:
    """Registers that are neither confirmed nor dropped."""
    return RegisterImport.objects.waiting().select_related("cycle")


# Room by room --------------------------------------------------------------------------------------------------------


def _acts(person: Person, at: datetime) -> Iterator[Waiting]:
    if not oversees(person) or person.why_not_confirm(at):
        return
    for act in acts_of_two().exclude(proposed_by=person.pk):
        yield Waiting(_("For a second person: %s") % two.name_of(act), act.get_absolute_url(), act.proposed_at)


def _boxes(person: Person, at: datetime) -> Iterator[Waiting]:
    for box in boxes_for(person, at):
        words = f"{box.cycle}: {box.waits_for.words}"
        path = reverse("box", args=[box.cycle.slug])
        yield Waiting(words, path, _since(box), late=box.is_late or box.is_overtaken)


def _sheets(person: Person, _at: datetime) -> Iterator[Waiting]:
    for part in asked_of(person):
        words = _("%s: your sheet of the key is asked for") % part.ceremony.cycle
        path = reverse("box_sheet", args=[part.ceremony.cycle.slug])
        yield Waiting(words, path, part.ceremony.begun_at, until=part.ceremony.ends_at)


def _since(box: Checklist) -> datetime:
    """Since when its next step waits: since the vote closed, or since the stage began in which it can be done."""
    voting = box.cycle.window(Stage.VOTING)
    if box.waits_for is Step.PAUSE and box.cycle.paused_since:
        return box.cycle.paused_since
    if box.has_closed and voting and voting.closes:
        return voting.closes
    now = box.cycle.window(box.cycle.stage(box.at))
    return now.opens if now else box.at


def _committees(person: Person, at: datetime) -> Iterator[Waiting]:
    desk = Desk(person, at)
    for part in (_challenges, _wordings, _mergers, _to_do):
        yield from part(desk)


def _wordings(desk: Desk) -> Iterator[Waiting]:
    """What an author was asked and did not answer by its date, since then."""
    for change in wordings_for(desk.person, desk.at):
        words = _("Say whether the text of “%s” is changed: its author has not answered") % change.proposal.title
        yield Waiting(words, changes_of(change.proposal), change.until)


def _mergers(desk: Desk) -> Iterator[Waiting]:
    """What not all authors have agreed to, since the committee voted on it."""
    for merger in mergers_for(desk.person, desk.at):
        motion = merger.motion
        words = _("Say whether “%(proposal)s” is merged into “%(into)s”: not all authors have agreed")
        named = {"proposal": motion.proposal.title, "into": motion.into and motion.into.title}
        yield Waiting(words % named, ruling_on(motion.proposal), merger.at)


def _challenges(desk: Desk) -> Iterator[Waiting]:
    for challenge in desk.challenges:
        words = _("%(name)s is said to have an interest in “%(proposal)s”")
        yield Waiting(
            words % {"name": challenge.member, "proposal": challenge.proposal.title},
            challenge_of(challenge.proposal),
            challenge.at,
        )


def _to_do(desk: Desk) -> Iterator[Waiting]:
    """The first of each list, and the rest of it as one."""
    for each in lists(desk):
        told = [_told(each, row, desk.at) for row in each.rows[:MOST]]
        yield from told
        if more := _more_than(told, each.rows):
            words = _("%(list)s: %(more)d more") % {"list": each.heading, "more": more}
            yield Waiting(words, reverse("to_do", args=[each.name]), told[-1].since, things=more)


def _more_than(told: list[Waiting], rows: QuerySet[Any]) -> int:
    """How many of a list stand after the first; asked of every list, so that a long one costs no more."""
    return rows.count() - len(told)


def _told(of: ToDo, row: Any, at: datetime) -> Waiting:
    told = {
        "answers": _answer,
        "given-back": _given_back,
        "corrections": _correction,
        "votes": _motion,
        "proposals": _proposal,
    }
    return told.get(of.name, _card)(of, row, at)


def _correction(of: ToDo, correction: Any, at: datetime) -> Waiting:
    """What was corrected, or was not by its day, since it has been so."""
    decision = correction.decision
    path, answered = decision_on(decision.proposal), correction.answered_at
    words = _("Look again at “%s”, which was corrected") if answered else _("Not corrected by its day: “%s”")
    return Waiting(words % decision.proposal.title, path, answered or decision.until or at, late=answered is None)


def _answer(of: ToDo, message: Any, at: datetime) -> Waiting:
    words = _("Read what the author of “%s” answered") % message.proposal.title
    return Waiting(words, messages_on(message.proposal), message.at)


def _given_back(of: ToDo, assignment: Any, at: datetime) -> Waiting:
    words = _("%(name)s has given back “%(proposal)s”")
    said = words % {"name": assignment.member, "proposal": assignment.proposal.title}
    return Waiting(said, reverse("work", args=[assignment.proposal.contest.cycle.slug]), assignment.ended_at)


def _motion(of: ToDo, motion: Any, at: datetime) -> Waiting:
    words = _("Vote on “%s”, which is put to the vote") % motion.proposal.title
    return Waiting(words, decision_on(motion.proposal), motion.at, until=motion.closes)


def _card(of: ToDo, proposal: Any, at: datetime) -> Waiting:
    step = Kind(of.name)
    words = _("%(step)s: the card of “%(proposal)s”") % {"step": step.label, "proposal": proposal.title}
    until = of.closes.get(proposal.cycle_id)
    return Waiting(words, card_of(proposal, step), proposal.submitted_at, until=until)


def _proposal(of: ToDo, proposal: Any, at: datetime) -> Waiting:
    words = _("Decide on “%(proposal)s”, %(district)s")
    return Waiting(
        words % {"proposal": proposal.title, "district": proposal.contest.title},
        decision_on(proposal),
        proposal.submitted_at,
        until=proposal.due or of.closes.get(proposal.cycle_id),
        late=proposal.due is not None and proposal.due <= at,
    )


def _opinions(person: Person, at: datetime) -> Iterator[Waiting]:
    """What a department is asked, for each of its people."""
    rows = in_hand_of(person, at)
    told = [_opinion(station, at) for station in rows[:MOST]]
    yield from told
    if more := _more_than(told, rows):
        words = ngettext("%d more question to your department", "%d more questions to your department", more) % more
        yield Waiting(words, reverse("my_department"), told[-1].since, things=more)


def _opinion(station: Any, at: datetime) -> Waiting:
    opinion, words = station.opinion, _("%(department)s: the opinion on “%(proposal)s”")
    return Waiting(
        words % {"department": station.department, "proposal": opinion.proposal.title},
        reverse("opinion", args=[opinion.pk]),
        station.at,
        until=opinion.due,
        late=opinion.due <= at,
    )


def _moderation(person: Person, at: datetime) -> Iterator[Waiting]:
    for one in reported_and_hidden(person, at):
        if not one.is_mine:
            yield Waiting(f"{one.words} (“{one.proposal.title}”)", one.url, one.at, until=one.until)


def _claims(person: Person, at: datetime) -> Iterator[Waiting]:
    """Those that no act of two is about yet."""
    if not person.is_clerk:
        return
    proposed = _under_way()
    for claim in claims():
        if reference(claim) not in proposed:
            cycle = claim.resident.cycle
            words = _("Two accounts claim line %(line)s of the register of %(cycle)s")
            path = reverse("claim", args=[cycle.slug, claim.pk])
            yield Waiting(words % {"line": claim.resident, "cycle": cycle}, path, claim.at)


def _uploads(person: Person, at: datetime) -> Iterator[Waiting]:
    if not person.is_clerk:
        return
    proposed = _under_way()
    for upload in uploads():
        if reference(upload) not in proposed:
            path = reverse("register_import", args=[upload.cycle.slug, upload.pk])
            yield Waiting(_("An uploaded register of %s, to confirm or drop") % upload.cycle, path, upload.at)


def _under_way() -> set[str]:
    """What an act of two is about that waits: it is on the list as that act."""
    return set(acts_of_two().values_list("on", flat=True))


def _mails(person: Person, at: datetime) -> Iterator[Waiting]:
    if not person.is_clerk:
        return
    found = (
        Mail.objects.did_not_arrive()
        .order_by()
        .aggregate(count=Count("pk"), since=Min(Coalesce("failed_at", "bounced_at")))
    )
    if count := found["count"]:
        words = ngettext("%d mail that did not arrive", "%d mails that did not arrive", count) % count
        yield Waiting(words, f"{address_of(Page.DESK)}#mails", found["since"])


def _works(person: Person, at: datetime) -> Iterator[Waiting]:
    if person.is_clerk:
        for trouble in troubles(at):
            words = _("Work of the site fails: %s") % trouble.words
            yield Waiting(words, f"{address_of(Page.DESK)}#works", trouble.since)
