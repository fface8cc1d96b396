"""A merger to which its authors have not all agreed: whoever presides says whether the committee's vote stands.

The chair, else a deputy, else the other members; and once decisions are public a clerk as well, so that no ballot paper
waits for one person for ever. Nobody who wrote one of the two, or takes no part in one of them.
"""

from datetime import datetime

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from audit.acts import Done
from budgeting.guards import committee_districts
from budgeting.models import Cycle
from budgeting.people import Person
from committee import merging, publishing
from committee.interests import of_interest_to
from committee.members import steps_in_for, why_not_look
from committee.models import MergerRuling, Resolution
from committee.models.sealed import new_salt
from committee.presiding import who_presides_each
from lib.one_line import says_something
from lib.refusal import require
from proposals.models import Proposal


def waiting_for(person: Person, at: datetime) -> list[Resolution]:
    """The mergers that wait for this person's word, the longest waiting first.

    Nothing is looked up for what they would have no part in.
    """
    if not person.holds_a_role:
        return []
    here = Q(contest__district__in=committee_districts(person))
    theirs = Proposal.objects.filter(here | Q(pk__in=steps_in_for(person)))
    theirs = theirs.exclude(pk__in=of_interest_to(person))
    cycles = Cycle.objects.prefetch_related("phases") if person.is_clerk else ()
    late = [each.pk for each in cycles if is_late(each, at)]
    mine = Q(motion__proposal__in=theirs.values("pk")) | Q(motion__proposal__cycle__in=late)
    return _for(person, at, Resolution.objects.filter(mine))


def on(proposal: Proposal, person: Person, at: datetime) -> Resolution | None:
    """The merger of this proposal, if it waits for this person's word. Who may see nothing of it asks in vain."""
    if not _may_ever(proposal, person, at):
        return None
    return next(iter(_for(person, at, Resolution.objects.filter(motion__proposal=proposal))), None)


def is_late(cycle: Cycle, at: datetime) -> bool:
    """Are its decisions public?"""
    opens = cycle.decisions_open
    return opens is None or opens <= at


@transaction.atomic
def rule(resolution: Resolution, *, stands: bool, reason: str, by: Person, at: datetime) -> MergerRuling:
    """The vote of the committee stands, or the merger is void. Public with it, or at once if that is over.

    Raises Refused.
    """
    resolution.motion.proposal.hold()
    Resolution.objects.select_for_update().get(pk=resolution.pk)
    require(merging.held().filter(pk=resolution.pk).exists(), _("This has been decided in the meantime."))
    found = _loaded(Resolution.objects.filter(pk=resolution.pk))[0]
    require(merging.have_answered(found, at), _("Its authors may answer still."))
    is_theirs = _may(by, found, _who_rules([found])[found.pk], at)
    require(is_theirs, _("Whoever chairs the committee on this proposal says so."))
    require(says_something(reason), _("Say why: everybody can read it, once the decision is public."))
    said = {"stands": stands, "reason": reason.strip(), "by_id": by.pk, "at": at, "salt": new_salt()}
    made = MergerRuling.objects.create(resolution=found, **said)
    by.record(Done.MERGER_RULED, on=found.motion, digest=made.digest)
    if not stands:
        found.void = _("The authors did not agree to the merger.")
        found.save(update_fields=["void"])
    merging.ask_no_more(found, at=at)
    publishing.publish_if_due(found, at=at)
    return made


def _may_ever(proposal: Proposal, person: Person, at: datetime) -> bool:
    """Asked before anything is looked up, so that nobody outside can tell how much there is to look up."""
    return (person.is_clerk and is_late(proposal.cycle, at)) or not why_not_look(proposal, by=person)


def _for(person: Person, at: datetime, among: "models.QuerySet[Resolution]") -> list[Resolution]:
    waiting = [each for each in _loaded(merging.held() & among) if merging.have_answered(each, at)]
    who = _who_rules(waiting)
    return [each for each in waiting if _may(person, each, who[each.pk], at)]


def _loaded(rows: "models.QuerySet[Resolution]") -> list[Resolution]:
    places = [f"motion__{which}__contest__{place}" for which in ("proposal", "into") for place in ("cycle", "district")]
    rows = rows.select_related("motion__proposal__cycle", *places)
    more = ("consents__author", "motion__proposal__cycle__phases")
    return list(rows.prefetch_related(*more, "motion__proposal__recusals", "motion__into__recusals").order_by("at"))


def _who_rules(resolutions: list[Resolution]) -> dict[int, set[int]]:
    """By resolution the keys of whoever presides and is not concerned: in no more statements for more of them."""
    found = who_presides_each({each.pk: (each.motion.proposal, _concerned(each)) for each in resolutions})
    return {key: {one.pk for one in people} for key, people in found.items()}


def _concerned(resolution: Resolution) -> set[int]:
    """Who wrote one of the two, or takes no part in one of them."""
    both = [each for each in (resolution.motion.proposal, resolution.motion.into) if each]
    recused = {recusal.member_id for each in both for recusal in each.recusals.all()}
    return recused | {each.author_id for each in both if each.author_id}


def _may(person: Person, resolution: Resolution, who: set[int], at: datetime) -> bool:
    if person.pk in who:
        return True
    is_late_for_all = is_late(resolution.motion.proposal.cycle, at)
    return person.is_clerk and is_late_for_all and person.pk not in _concerned(resolution)
