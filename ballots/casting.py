"""Where a resident and a ballot meet, and nowhere else.

Here one can see who votes and what is chosen at the same time. So nothing in this file logs, stores or reports a
choice: it is sealed in memory, and what is kept is an envelope that only the holders of the key can open together.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from ballots import cast_for_you, marks, slots
from ballots.models import BallotBoxKey, BallotPaper, Envelope, NoVote, Participation
from ballots.readiness import ready, why_not_ready
from ballots.sealing import ballot_info, fingerprint, in_groups, seal
from budgeting.models import Contest, Cycle
from budgeting.people import Person
from budgeting.stages import Act
from lib import clock
from lib.refusal import Refused
from residents.admission import Admission, LetterHolder
from residents.models import Resident

# The primary key makes it one envelope, whatever happens at the same time; a ballot handed in on paper stays. What was
# in the box already was locked before it changed, and only of such a row is the number of a lock handed on (`xmax`).
INTO_THE_BOX = """
    INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)
    VALUES (%s, %s, %s, %s, 'online')
    ON CONFLICT (resident_id, contest_id) DO UPDATE SET sealed = EXCLUDED.sealed, fingerprint = EXCLUDED.fingerprint
    WHERE ballots_envelope.channel = 'online'
    RETURNING xmax <> 0
"""


class NotVerified(Refused):
    """This person is not tied to the register of residents yet."""


class NotValid(Refused):
    """The choices are no valid ballot; `reasons` says why, a sentence each."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(_("This ballot cannot be cast."))


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proves that an envelope is in the box, and nothing of what is in it."""

    fingerprint: str

    def __str__(self) -> str:
        return in_groups(self.fingerprint)

    @property
    def groups(self) -> list[str]:
        return str(self).split()


@sensitive_variables("choices", "plain")
def cast(contest: Contest, choices: marks.Choices, *, by: Admission) -> Receipt:
    """Seal the choices and put them into the box, in place of what this resident had put there before.

    One transaction, in which the database's clock decides whether voting is open: it waits for whoever is closing the
    box, and whoever closes it waits for this. In it the admission is asked anew, and held until it ends. That this
    resident took part is a row of its own, without the moment; one more ballot is counted, as a first one or a
    repeated. No log learns of either.
    Raises NotVerified, NotValid, or Refused with a sentence.
    """
    paper, key = box_of(contest)
    if reasons := marks.errors(choices, paper):
        raise NotValid(reasons)
    plain = marks.encode(choices, paper.size)
    info = ballot_info(contest.cycle.slug, contest.slug, paper.digest)
    sealed = seal(plain, bytes(key.public_key), info)
    receipt = Receipt(fingerprint(sealed))
    with transaction.atomic():
        _refuse_unless_voting_is_open(contest)
        _refuse_unless_it_is_the_paper(paper)
        upheld = admitted(by.upheld(), contest)
        resident = upheld.resident
        with connection.cursor() as cursor:
            cursor.execute(INTO_THE_BOX, [resident.pk, contest.pk, sealed, receipt.fingerprint])
            put = cursor.fetchone()
            if put is None:
                raise Refused(_("You have handed in your ballot on paper."))
        today = timezone.localdate(clock.of_the_database())
        if Participation.note(resident.pk, contest, channel=upheld.channel, hand=upheld.hand, day=today):
            cast_for_you.tell(resident.pk, contest, at=clock.now())
        slots.count(contest, again=put[0])
    by.count(at=clock.of_the_database())
    return receipt


def admission(person: Person, contest: Contest) -> Admission:
    """What lets this person vote in this contest: an account, or a letter. Raises NotVerified or Refused."""
    return admitted(Admission.of(person, contest.cycle), contest)


def admitted(admission: Admission | None, contest: Contest) -> Admission:
    """The admission, if it is one to this contest. Raises NotVerified or Refused."""
    if admission is None or admission.resident.cycle_id != contest.cycle_id:
        raise NotVerified(_("To vote you first show that you live here."))
    resident = admission.resident
    if sentence := _why_not_here(resident, contest, _votes_of([resident], [contest.cycle_id])):
        raise Refused(sentence)
    return admission


def _why_not_here(resident: Resident, contest: Contest, votes: Iterable[Envelope]) -> str:
    """Who lives in a district votes in its contests, be they several, and in those of the whole city.

    The register may have moved the resident since a vote: a trigger refuses the second envelope, this says why.
    """
    if contest.district.city_wide:
        return ""
    if resident.district_id != contest.district_id:
        return _("You vote in %s, where you live.") % resident.district
    voted_in = [vote.contest.district for vote in votes if vote.resident_id == resident.pk]
    elsewhere = (district for district in voted_in if district.pk != contest.district_id and not district.city_wide)
    if district := next(elsewhere, None):
        return _("You have voted in %s, where you lived before: that ballot counts.") % district
    return ""


def _votes_of(residents: Iterable[Resident], cycles: Iterable[int]) -> QuerySet[Envelope]:
    """What these residents have in the boxes of those cycles; nothing of what is in it."""
    envelopes = Envelope.objects.filter(resident__in=residents, contest__cycle__in=cycles)
    return envelopes.select_related("contest__district").defer("sealed")


def box_of(contest: Contest) -> tuple[BallotPaper, BallotBoxKey]:
    """What a ballot needs: its frozen paper and the key, once the whole box is ready. Raises Refused."""
    paper = BallotPaper.objects.select_related("contest__cycle").filter(contest=contest).first()
    key = BallotBoxKey.objects.filter(cycle=contest.cycle).first()
    if paper is None or key is None or not ready([contest.cycle_id]):
        closed = NoVote.objects.filter(contest=contest).first()
        raise Refused(_no_vote(closed) if closed else why_not_ready())
    return paper, key


def _no_vote(closed: NoVote) -> str:
    return _("Nothing is voted on here: %s") % closed.reason


def _refuse_unless_voting_is_open(contest: Contest) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM budgeting_cycle WHERE id = %s FOR SHARE", [contest.cycle_id])
    cycle = Cycle.objects.get(pk=contest.cycle_id)
    if cycle.paused_since:
        raise Refused(_("The vote is paused. Your ballot was not cast."))
    if not cycle.allows(Act.VOTE, clock.of_the_database()):
        raise Refused(_("Voting is not open. Your ballot was not cast."))


def _refuse_unless_it_is_the_paper(paper: BallotPaper) -> None:
    """What was sealed for a paper that has been superseded since could never be opened."""
    if not BallotPaper.objects.filter(pk=paper.pk, digest=paper.digest).exists():
        raise Refused(_("The ballot paper was superseded in this moment. Your ballot was not cast: choose anew."))


def receipt_of(person: Person, contest: Contest) -> Receipt | None:
    """The receipt of what this person has in the box, if anything."""
    admission = Admission.of(person, contest.cycle)
    if admission is None:
        return None
    envelopes = Envelope.objects.filter(contest=contest, resident=admission.resident)
    found = envelopes.values_list("fingerprint", flat=True).first()
    return Receipt(found) if found else None


@dataclass(frozen=True, slots=True)
class Entrance:
    """How a person stands before the booth of a contest. `is_open`: the calendar and the box let people vote now."""

    contest: Contest
    has_paper: bool
    is_open: bool = False
    must_verify: bool = False
    refusal: str = ""
    receipt: Receipt | None = None


def entrances(person: Person, contests: Sequence[Contest], at: datetime) -> list[Entrance]:
    """How a person stands before each of these booths, in a few queries, however many there are."""
    voting = {contest.cycle_id for contest in contests if contest.cycle.allows(Act.VOTE, at)}
    papers = set(BallotPaper.objects.filter(contest__in=contests).values_list("contest", flat=True))
    closed = {each.contest_id: each for each in NoVote.objects.filter(contest__in=contests)}
    open_now = ready(voting)
    residents = {cycle: one.resident for cycle, one in Admission.by_cycle(person, open_now).items()}
    votes = list(_votes_of(residents.values(), open_now))

    def entrance(contest: Contest) -> Entrance:
        here = Entrance(contest, contest.pk in papers)
        if contest.pk in closed:
            return replace(here, refusal=_no_vote(closed[contest.pk]))
        if contest.cycle.paused_since:
            return replace(here, refusal=_("The vote is paused: nobody can vote until it is resumed."))
        if contest.cycle_id not in voting:
            return here
        if not here.has_paper or contest.cycle_id not in open_now:
            return replace(here, refusal=why_not_ready())
        here = replace(here, is_open=True)
        if not (person.is_authenticated or person.holds_a_letter):
            return here
        resident = residents.get(contest.cycle_id)
        if resident is None:
            return replace(here, must_verify=True)
        mine = (Receipt(vote.fingerprint) for vote in votes if vote.contest_id == contest.pk)
        return replace(here, refusal=_why_not_here(resident, contest, votes), receipt=next(mine, None))

    return [entrance(contest) for contest in contests]


def ballots_of(person: Person, at: datetime) -> list[Entrance]:
    """How whoever holds a letter stands before each booth of its line: their district's contests and the city's."""
    if not isinstance(person, LetterHolder):
        return []
    resident = person.letter.resident
    here = Q(district=resident.district_id) | Q(district__city_wide=True)
    contests = Contest.objects.filter(here, cycle=resident.cycle_id).select_related("cycle", "district")
    return entrances(person, list(contests.prefetch_related("cycle__phases")), at)
