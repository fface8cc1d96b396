"""What waits for a member of a committee, for the desk and for the mail of the day; the longest waiting first."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.functional import cached_property

from budgeting.guards import committee_districts
from budgeting.models import Contest, Cycle
from budgeting.people import Person
from budgeting.stages import Stage
from committee.challenging import to_settle
from committee.deadlines import contests_under_review, under_review
from committee.interests import of_interest_to
from committee.members import steps_in_for
from committee.models import Assignment, Challenge, Correction, Message, Motion, MotionVote, Resolution
from committee.steps import why_not_put_to_the_vote
from proposals.models import Proposal, Status
from proposals.models.queries import Proposals

OF_A_PROPOSAL = ("proposal__contest__district", "proposal__contest__cycle", "proposal__cycle")


class Desk:
    """The lists of one person at one moment.

    What this person has a part in is looked up once for all of them: ask one desk for everything on a page.
    """

    def __init__(self, person: Person, at: datetime) -> None:
        self.person, self.at = person, at
        self._of_interest = of_interest_to(person)

    # What they have a part in -----------------------------------------------------------------------------------------

    @cached_property
    def contests(self) -> list[Contest]:
        """Those in which this person may decide now, or stands in for somebody."""
        return [*self._own, *self._elsewhere]

    @cached_property
    def cycles(self) -> list[Cycle]:
        """Those in which this person says who prepares what."""
        if self.person.is_clerk:
            return under_review(self.at)
        return list({each.cycle_id: each.cycle for each in self._own}.values())

    @cached_property
    def too_early(self) -> dict[int, str]:
        """By cycle why nothing is put to the vote yet where this person may decide."""
        return why_not_put_to_the_vote({each.cycle for each in self.contests}, self.at)

    @cached_property
    def undecided(self) -> Proposals:
        """What this person may have a part in, and is not resolved. `due`: until when they are to have prepared it."""
        rows = self._theirs.as_rows(self.at).filter(status=Status.SUBMITTED)
        rows = rows.exclude(pk__in=Resolution.objects.waiting().values("motion__proposal"))
        due = Assignment.objects.standing().filter(proposal=OuterRef("pk"), member=self.person.pk).values("due")
        return rows.annotate(due=Subquery(due[:1])).order_by(F("due").asc(nulls_last=True), "submitted_at")

    @cached_property
    def _under_review(self) -> list[Contest]:
        return contests_under_review(self.at)

    @cached_property
    def _own(self) -> list[Contest]:
        return [each for each in self._under_review if self.person.is_committee_for(each.district)]

    @cached_property
    def _elsewhere(self) -> list[Contest]:
        called = Proposal.objects.filter(pk__in=self._called, contest__in=self._under_review).order_by()
        keys = set(called.values_list("contest", flat=True).distinct())
        return [each for each in self._under_review if each.pk in keys and each not in self._own]

    @cached_property
    def _called(self) -> "QuerySet[Any]":
        return steps_in_for(self.person)

    @cached_property
    def _theirs(self) -> Proposals:
        """Whatever has become of it."""
        stands_in = Q(pk__in=self._called, contest__in=self._elsewhere)
        rows = Proposal.objects.submitted().filter(Q(contest__in=self._own) | stands_in)
        return rows.exclude(pk__in=self._of_interest)

    # What waits for them ----------------------------------------------------------------------------------------------

    @property
    def to_decide(self) -> Proposals:
        """What nobody has put to the vote.

        What is assigned to others is not among it, nor what was corrected, which stands above.
        """
        under_way = Motion.objects.filter(settled_at=None).values("proposal")
        rows = self.undecided.exclude(contest__cycle__in=self.too_early).exclude(pk__in=under_way)
        rows = rows.exclude(pk__in=Correction.objects.to_look_at(self.at).values("decision__proposal"))
        return rows.exclude(pk__in=Assignment.objects.to_others(self.person))

    @property
    def motions(self) -> "QuerySet[Motion]":
        """What is put to the vote, and this member has not voted on."""
        voted = MotionVote.objects.filter(member=self.person.pk).values("motion")
        found = Motion.objects.filter(settled_at=None, proposal__in=self.undecided.values("pk")).exclude(pk__in=voted)
        return found.select_related(*OF_A_PROPOSAL)

    @property
    def corrections(self) -> "QuerySet[Correction]":
        """Those this member may look at again: answered, or not by the day that was named."""
        theirs = self._theirs.filter(withdrawal=None).values("pk")
        found = Correction.objects.to_look_at(self.at).filter(decision__proposal__in=theirs)
        return found.select_related("decision", *(f"decision__{each}" for each in OF_A_PROPOSAL))

    @property
    def answers(self) -> "QuerySet[Message]":
        """What authors wrote and nobody of the committee has read: the first of each proposal.

        For its members; for a clerk where a message of theirs stands before it.
        """
        may_read = Q(proposal__in=self._theirs.values("pk"))
        if self.person.is_clerk:
            wrote = Message.objects.filter(by=self.person.pk, is_authors=False)
            may_read |= Q(proposal__in=wrote.exclude(proposal__in=self._of_interest).values("proposal"))
        earlier = Message.objects.to_read().filter(proposal=OuterRef("proposal"), pk__lt=OuterRef("pk"))
        found = Message.objects.to_read().filter(may_read).exclude(Exists(earlier))
        return found.select_related(*OF_A_PROPOSAL)

    @property
    def given_back(self) -> "QuerySet[Assignment]":
        """What this person gave to a member who gave it back, and nobody has by now."""
        if not self.person.holds_a_role:
            return Assignment.objects.none()
        open_yet = Proposal.objects.submitted().with_status(self.at).filter(status=Status.SUBMITTED)
        open_yet = open_yet.filter(contest__in=self._under_review).exclude(pk__in=self._of_interest)
        # Who does not read what is resolved must not tell it from this list.
        known = Resolution.objects.waiting().filter(motion__proposal__in=self._theirs.order_by().values("pk"))
        open_yet = open_yet.exclude(pk__in=known.values("motion__proposal"))
        later = Assignment.objects.filter(proposal=OuterRef("proposal"))
        later = later.filter(Q(pk__gt=OuterRef("pk")) | Q(ended_at=None) | Q(ended_at__gt=OuterRef("ended_at")))
        found = Assignment.objects.filter(by=self.person.pk, ended_by=F("member"), proposal__in=open_yet.values("pk"))
        return found.exclude(Exists(later)).select_related("member", *OF_A_PROPOSAL).order_by("ended_at", "pk")

    @property
    def challenges(self) -> list[Challenge]:
        """What is said of a member's interest, and waits for this person to settle it."""
        if not self.person.holds_a_role:
            return []
        waiting = Challenge.objects.filter(settled_at=None, proposal__contest__in=self._under_review)
        return to_settle(waiting.select_related("member", *OF_A_PROPOSAL), self.person)

    @property
    def to_prepare(self) -> "QuerySet[Assignment]":
        """What is assigned to this member, what is due first above; decided on or not.

        Nothing once their role is over.
        """
        here = Q(proposal__contest__district__in=committee_districts(self.person))
        theirs = here | Q(proposal__in=self._called)
        standing = Assignment.objects.standing().filter(theirs, member=self.person.pk)
        return standing.order_by(F("due").asc(nulls_last=True), "proposal__number")

    @property
    def to_set_up(self) -> list[Cycle]:
        """The cycles whose review is not over, for a clerk to set up their committee."""
        if not self.person.is_clerk:
            return []
        cycles = Cycle.objects.prefetch_related("phases")
        return [each for each in cycles if each.stage(self.at) in (Stage.PREPARING, Stage.PROPOSING, Stage.REVIEWING)]
