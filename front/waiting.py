"""What waits for one person who works for the budget, from every room: the desk's lists as one, the oldest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audit.models import reference
from ballots.at_the_desk import boxes_for
from ballots.checklist import Checklist, Step
from budgeting import two
from budgeting.guards import oversees
from budgeting.models import JointAct
from budgeting.people import Person
from budgeting.registry import Page, address_of
from budgeting.stages import Stage
from committee.at_the_desk import corrections_for, motions_for, to_decide
from committee.cards_waiting import to_fill_in
from committee.offering import address_of as decision_on
from committee.offering import card_of
from lib.troubles import troubles
from notices.models import Mail
from proposals.at_the_desk import reported_and_hidden
from residents.models import Claim, RegisterImport


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: in words, where, since when, and until when it can be done; or it is late already."""

    words: str
    path: str
    since: datetime
    until: datetime | None = None
    late: bool = False


def waits_for(person: Person, at: datetime) -> list[Waiting]:
    """What waits for this person, the oldest first; each thing once."""
    found: dict[tuple[str, str], Waiting] = {}
    rooms = (_acts, _boxes, _corrections, _motions, _cards, _proposals, _moderation, _claims, _uploads, _mails, _works)
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


def _since(box: Checklist) -> datetime:
    """Since when its next step waits: since the vote closed, or since the stage began in which it can be done."""
    voting = box.cycle.window(Stage.VOTING)
    if box.waits_for is Step.PAUSE and box.cycle.paused_since:
        return box.cycle.paused_since
    if box.has_closed and voting and voting.closes:
        return voting.closes
    now = box.cycle.window(box.cycle.stage(box.at))
    return now.opens if now else box.at


def _corrections(person: Person, at: datetime) -> Iterator[Waiting]:
    """What was corrected, or was not by its day, since it has been so."""
    for correction in corrections_for(person, at):
        decision = correction.decision
        path, answered = decision_on(decision.proposal), correction.answered_at
        words = _("Look again at “%s”, which was corrected") if answered else _("Not corrected by its day: “%s”")
        yield Waiting(words % decision.proposal.title, path, answered or decision.until or at, late=answered is None)


def _motions(person: Person, at: datetime) -> Iterator[Waiting]:
    for motion in motions_for(person, at):
        words = _("Vote on “%s”, which is put to the vote") % motion.proposal.title
        yield Waiting(words, decision_on(motion.proposal), motion.at, until=motion.closes)


def _cards(person: Person, at: datetime) -> Iterator[Waiting]:
    for step, closes, proposals in to_fill_in(person, at):
        for proposal in proposals:
            words = _("%(step)s: the card of “%(proposal)s”") % {"step": step.label, "proposal": proposal.title}
            yield Waiting(words, card_of(proposal, step), proposal.submitted_at, until=closes.get(proposal.cycle_id))


def _proposals(person: Person, at: datetime) -> Iterator[Waiting]:
    contests, waiting = to_decide(person, at)
    by_key = {contest.pk: contest for contest in contests}
    for proposal in waiting:
        contest = by_key[proposal.contest_id]
        review = contest.cycle.window(contest.cycle.stage(at))
        words = _("Decide on “%(proposal)s”, %(district)s")
        yield Waiting(
            words % {"proposal": proposal.title, "district": contest.title},
            decision_on(proposal),
            proposal.submitted_at,
            until=proposal.due or (review.closes if review else None),
            late=proposal.due is not None and proposal.due <= at,
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
