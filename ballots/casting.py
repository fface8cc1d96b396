"""Where a resident and a ballot meet, and nowhere else.

Here one can see who votes and what is chosen at the same time. So nothing in this file logs, stores or reports a
choice: it is sealed in memory, and what is kept is an envelope that only the holders of the key can open together.
"""

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from audit.acts import Done
from ballots import marks
from ballots.models import BallotBoxKey, BallotPaper, Envelope
from ballots.sealing import ballot_info, fingerprint, in_groups, seal
from budgeting.models import Contest, Cycle
from budgeting.people import Person
from budgeting.stages import Act
from lib import clock
from lib.refusal import Refused
from residents.models import Resident, Verification

# The primary key makes it one envelope, whatever happens at the same time; a ballot handed in on paper stays.
INTO_THE_BOX = """
    INSERT INTO ballots_envelope (resident_id, contest_id, sealed, fingerprint, channel)
    VALUES (%s, %s, %s, %s, 'online')
    ON CONFLICT (resident_id, contest_id) DO UPDATE SET sealed = EXCLUDED.sealed, fingerprint = EXCLUDED.fingerprint
    WHERE ballots_envelope.channel = 'online'
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
def cast(contest: Contest, choices: marks.Choices, *, by: Person) -> Receipt:
    """Seal the choices and put them into the box, in place of what this resident had put there before.

    One transaction, in which the database's clock decides whether voting is open: it waits for whoever is closing the
    box, and whoever closes it waits for this. The audit log learns that this resident voted, and nothing of the
    envelope.
    Raises NotVerified, NotValid, or Refused with a sentence.
    """
    resident, (paper, key) = resident_of(by, contest), box_of(contest)
    if reasons := marks.errors(choices, paper):
        raise NotValid(reasons)
    plain = marks.encode(choices, paper.size)
    info = ballot_info(contest.cycle.slug, contest.slug, paper.digest)
    sealed = seal(plain, bytes(key.public_key), info)
    receipt = Receipt(fingerprint(sealed))
    with transaction.atomic():
        _refuse_unless_voting_is_open(contest)
        with connection.cursor() as cursor:
            cursor.execute(INTO_THE_BOX, [resident.pk, contest.pk, sealed, receipt.fingerprint])
            if cursor.rowcount != 1:
                raise Refused(_("You have handed in your ballot on paper."))
        by.record(Done.VOTED, on=contest, resident=resident.pk)
    return receipt


def resident_of(person: Person, contest: Contest) -> Resident:
    """The line of the register by which this person may vote in this contest. Raises NotVerified or Refused."""
    verification = Verification.of(person, contest.cycle)
    if verification is None:
        raise NotVerified(_("To vote you first show that you live here."))
    resident = verification.resident
    if contest.district.city_wide:
        return resident
    if resident.district_id != contest.district_id:
        raise Refused(_("You vote in %s, where you live.") % resident.district)
    # The register may have moved the resident since: a trigger refuses the second envelope, this says why.
    votes = Envelope.objects.filter(resident=resident, contest__cycle=contest.cycle)
    elsewhere = votes.exclude(contest__district=contest.district).filter(contest__district__city_wide=False)
    voted_in = elsewhere.values_list("contest__district__name", flat=True)
    if district := voted_in.first():
        raise Refused(_("You have voted in %s, where you lived before: that ballot counts.") % district)
    return resident


def box_of(contest: Contest) -> tuple[BallotPaper, BallotBoxKey]:
    """What a ballot needs: the frozen paper, and a key with which an opening has been rehearsed. Raises Refused."""
    paper = BallotPaper.objects.select_related("contest__cycle").filter(contest=contest).first()
    key = BallotBoxKey.objects.filter(cycle=contest.cycle, rehearsals__isnull=False).first()
    if paper is None or key is None:
        raise Refused(_("The ballot box is not ready yet."))
    return paper, key


def _refuse_unless_voting_is_open(contest: Contest) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM budgeting_cycle WHERE id = %s FOR SHARE", [contest.cycle_id])
    if not Cycle.objects.get(pk=contest.cycle_id).allows(Act.VOTE, clock.of_the_database()):
        raise Refused(_("Voting is not open. Your ballot was not cast."))


def receipt_of(person: Person, contest: Contest) -> Receipt | None:
    """The receipt of what this person has in the box, if anything."""
    verification = Verification.of(person, contest.cycle)
    if verification is None:
        return None
    envelopes = Envelope.objects.filter(contest=contest, resident_id=verification.resident_id)
    found = envelopes.values_list("fingerprint", flat=True).first()
    return Receipt(found) if found else None
