"""What the box holds, how many ballots were cast, and what they replaced, read in one moment: do they agree?

Each envelope in the box was somebody's first ballot; each that a later one took the place of was replaced by a ballot
of who had voted before. Whoever adds, takes away or exchanges envelopes behind the booth is found out by that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.models import AuditEvent, reference
from ballots import chain, roll
from ballots.models import BoardBatch
from budgeting.models import Contest

# One statement sees one moment, however many ballots are being cast.
TAKE = """
    SELECT
        (SELECT COALESCE(sum(first), 0) FROM ballots_castslot WHERE contest_id = %(contest)s),
        (SELECT COALESCE(sum(repeated), 0) FROM ballots_castslot WHERE contest_id = %(contest)s),
        ARRAY(SELECT fingerprint::text FROM ballots_envelope WHERE contest_id = %(contest)s),
        ARRAY(SELECT fingerprint::text FROM ballots_setaside WHERE contest_id = %(contest)s),
        ARRAY(SELECT fingerprint::text FROM ballots_replacedenvelope WHERE contest_id = %(contest)s)
"""


@dataclass(frozen=True, slots=True)
class Stock:
    """What there is of one contest: ballots cast so far, and fingerprints.

    in_the_box
        Of all envelopes, those that are set aside too.
    gone
        Of those replaced since the last batch of the board.
    """

    first: int
    repeated: int
    in_the_box: frozenset[str]
    aside: frozenset[str]
    gone: frozenset[str]

    @property
    def counted(self) -> frozenset[str]:
        return self.in_the_box - self.aside

    @property
    def voters(self) -> int:
        """How many people voted. Who voted under two lines of the register that were joined is one."""
        return self.first - len(self.aside)


def take(contest: Contest) -> Stock:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"contest": contest.pk})
        first, repeated, *fingerprints = cursor.fetchone()
    return Stock(int(first), int(repeated), *map(frozenset, fingerprints))


def differences(contest: Contest, stock: Stock, batches: Sequence[BoardBatch]) -> list[str]:
    """Where box, roll, count of ballots and board so far do not agree, a sentence each."""
    on_board = chain.in_force(batches)
    unasked = len(stock.in_the_box) - stock.first
    unseen, known = stock.repeated - chain.replaced(batches) - len(stock.gone), _unseen(contest, batches)
    back = (stock.counted & (chain.ever_in_force(batches) - on_board)) | (stock.in_the_box & stock.gone)
    checks = [
        (_("%(count)d envelopes were put in by nobody who voted online."), unasked),
        (_("%(count)d residents voted online, but have no envelope."), -unasked),
        (_("%(count)d envelopes were replaced though nobody voted again."), known[0] - unseen),
        (_("%(count)d ballots were cast again, and what they replaced is not known."), unseen - known[-1]),
        (
            _("%(count)d envelopes are on the board but not in the box."),
            len(on_board - stock.in_the_box - stock.gone),
        ),
        (_("%(count)d envelopes are back in the box, though a later ballot had taken their place."), len(back)),
    ]
    found = [f"{contest}: {line % {'count': count}}" for line, count in checks if count > 0]
    return found + roll.differences(contest)


def errors(contest: Contest) -> list[str]:
    """What is wrong with the board of a contest, a sentence each: its chain, and what each batch says was cast."""
    batches = list(contest.batches.select_related("contest__cycle", "contest__district"))
    found = chain.errors(contest, batches)
    for place, batch in enumerate(batches):
        if batch.first is None or batch.repeated is None:
            continue
        so_far = batches[: place + 1]
        in_the_box = batch.envelopes + len(chain.set_aside(so_far))
        if batch.first != in_the_box or batch.repeated - chain.replaced(so_far) not in _unseen(
            contest, batches[:place]
        ):
            found.append(
                _("%(contest)s: batch %(number)d of the board lists other envelopes than ballots were cast.")
                % {"contest": contest, "number": batch.number}
            )
    return found


def _unseen(contest: Contest, batches: Sequence[BoardBatch]) -> range:
    """How many envelopes may have been replaced that no batch lists, given the batches so far.

    None. Where the vote began under an earlier version, which kept no trace of what was replaced before it was on the
    board, no more than ballots were cast by its log; and what the first batch of this version left, stays so.
    """
    for place, batch in enumerate(batches):
        if batch.repeated is not None:
            unseen = batch.repeated - chain.replaced(batches[: place + 1])
            return range(unseen, unseen + 1)
    return range(AuditEvent.objects.filter(action=Done.VOTED, object=reference(contest)).count() + 1)
