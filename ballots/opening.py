"""Opening the box: what goes in is envelopes with names on them, what comes out is ballots without."""

from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from audit.acts import Done
from audit.compared import written
from ballots import board, chain, draws, key, marks, stocktaking
from ballots.counting import ballots_of
from ballots.models import BallotPaper, BoardBatch, Envelope, InvalidBallot, OpenedBallot, Opening
from ballots.sealing import CannotOpen, PrivateKey, Share, ballot_info, fingerprint
from ballots.stocktaking import Stock
from budgeting.models import Contest, Cycle
from budgeting.people import Person
from budgeting.stages import Act
from lib import clock
from lib.canonical import canonical
from lib.refusal import Refused, allow

Progress = Callable[[int], None]
TOLD_EVERY = 500  # envelopes


@dataclass
class Emptied:
    """What was in one contest's box: how many ballots of each content and, if invalid, of each reason."""

    ballots: Counter[str] = field(default_factory=Counter)
    invalid: Counter[str] = field(default_factory=Counter)
    envelopes: Counter[str] = field(default_factory=Counter)
    opened: Counter[str] = field(default_factory=Counter)
    fingerprints: set[str] = field(default_factory=set)
    altered: int = 0
    set_aside: set[str] = field(default_factory=set)

    def balance(self) -> dict[str, dict[str, int]]:
        """By channel: envelopes, opened, invalid."""
        channels = sorted({Envelope.Channel.ONLINE.value, *self.envelopes})
        return {
            channel: {
                "envelopes": self.envelopes[channel],
                "opened": self.opened[channel],
                "invalid": self.envelopes[channel] - self.opened[channel],
            }
            for channel in channels
        }


def why_not_open(cycle: Cycle, at: datetime) -> str:
    """Between the close of the vote, by the database's clock, and the end of the results; with all that was drawn."""
    moment = clock.of_the_database()
    if not board.has_closed(cycle, moment):
        return _("The box is opened once voting has closed.")
    if not cycle.allows(Act.OPEN_BOX, moment):
        return _("The box is opened between the close of the vote and the end of the results.")
    if waiting := draws.due(cycle, at):
        return _("This has been drawn: %s. Enter what was drawn before the box is opened.") % waiting[0].what
    return ""


def nobody_looks(_opened: int) -> None:
    """Where nobody waits to see how far it is."""


def open_box(
    cycle: Cycle, shares: Sequence[Share], *, by: Person, at: datetime, progress: Progress = nobody_looks
) -> Opening:
    """Open every envelope of a cycle with the holders' shares, once voting has closed by the database's clock.

    Identities are stripped and the order is destroyed: what is kept is how many ballots said the same. Everything is
    accounted for first, contest by contest and channel by channel, or nothing is stored: Raises Refused and says where
    it differs, or WrongShare naming the share. Opening again compares, and gives back the first opening. `progress` is
    told now and then how many envelopes have been opened.
    """
    allow(why_not_open(cycle, at))
    private = key.unlock(key.key_of(cycle), shares)
    contests = list(cycle.contests.filter(paper__isnull=False).select_related("cycle", "district", "paper"))
    for contest in contests:
        board.publish(contest)
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        board.close(cycle)
        opened = _counting(progress)
        emptied = {contest: _empty(contest, private, opened) for contest in contests}
        if differences := [line for contest, found in emptied.items() for line in _differences(contest, found)]:
            raise Refused(" ".join(differences))
        if opening := Opening.objects.filter(cycle=cycle).first():
            return _same_again(opening, emptied)
        return _store(cycle, emptied, shares, by=by, at=at)


def _counting(progress: Progress) -> Callable[[], None]:
    """To be called for each envelope that is opened."""
    numbers = count(1)

    def one_more() -> None:
        if (number := next(numbers)) % TOLD_EVERY == 0:
            progress(number)

    return one_more


def _empty(contest: Contest, private: PrivateKey, opened: Callable[[], None]) -> Emptied:
    found, paper = Emptied(), contest.paper
    info = ballot_info(contest.cycle.slug, contest.slug, paper.digest)
    found.set_aside.update(contest.set_aside.values_list("fingerprint", flat=True))
    rows = Envelope.objects.counted().filter(contest=contest).values_list("sealed", "fingerprint", "channel")
    for sealed, name, channel in rows.iterator(chunk_size=2000):
        opened()
        found.envelopes[channel] += 1
        found.fingerprints.add(name)
        found.altered += fingerprint(bytes(sealed)) != name
        try:
            choices = marks.decode(private.open(bytes(sealed), info), paper.size)
            reasons = marks.errors(choices, paper)
        except CannotOpen:
            reasons = [_("The envelope does not open.")]
        except marks.BallotDecodeError:
            reasons = [_("What is in the envelope is no ballot of this contest.")]
        if reasons:
            found.invalid[" ".join(reasons)] += 1
        else:
            found.opened[channel] += 1
            found.ballots[marks.as_text(choices)] += 1
    return found


def _differences(contest: Contest, found: Emptied) -> list[str]:
    """Where the box, the count of ballots cast and the board do not agree, a sentence each."""
    batches = list(contest.batches.all())
    stock = stocktaking.take(contest)
    on_board, aside = chain.in_force(batches), chain.set_aside(batches)
    checks = [
        (_("%(count)d envelopes are not what their fingerprints say."), found.altered),
        (_("%(count)d envelopes are in the box but not on the board."), len(found.fingerprints - on_board)),
        (_("%(count)d envelopes are set aside in the box or on the board only."), len(found.set_aside ^ aside)),
        (_("The count of ballots cast is %(count)d off since the last batch of the board."), _off(stock, batches[-1])),
        (_("%(count)d envelopes were replaced after the last batch of the board."), len(stock.gone)),
        (
            _("%(count)d envelopes gave no ballot."),
            found.envelopes.total() - found.ballots.total() - found.invalid.total(),
        ),
    ]
    own = [f"{contest}: {line % {'count': count}}" for line, count in checks if count]
    return stocktaking.errors(contest) + stocktaking.differences(contest, stock, batches) + own


def _off(stock: Stock, last: BoardBatch) -> int:
    if last.first is None or last.repeated is None:  # of an earlier version, which counted nothing
        return 0
    return abs(stock.first - last.first) + abs(stock.repeated - last.repeated)


def _store(
    cycle: Cycle, emptied: dict[Contest, Emptied], shares: Sequence[Share], *, by: Person, at: datetime
) -> Opening:
    for contest, found in emptied.items():
        # Sorted by content, so that the order in which rows are written says nothing either.
        ballots = sorted(found.ballots.items())
        OpenedBallot.objects.bulk_create(
            (OpenedBallot(contest=contest, content=content, ballots=count) for content, count in ballots),
            batch_size=2000,
        )
        InvalidBallot.objects.bulk_create(
            InvalidBallot(contest=contest, reason=reason, ballots=count)
            for reason, count in sorted(found.invalid.items())
        )
    numbers = sorted(share.number for share in shares)
    reconciliation = {contest.slug: _reconciled(contest, found) for contest, found in emptied.items()}
    opening = Opening.objects.create(
        cycle=cycle, share_numbers=numbers, reconciliation=reconciliation, by_id=by.pk, at=at
    )
    facts = {"ballots": {contest.slug: ballots_of(contest) for contest in emptied}, "at": written(at)}
    by.record(Done.BOX_OPENED, on=cycle, shares=numbers, reconciliation=reconciliation, **facts)
    return opening


def _reconciled(contest: Contest, found: Emptied) -> dict[str, Any]:
    last = contest.batches.get(final=True)
    return {
        "voters": stocktaking.take(contest).voters,
        **({"set_aside": len(found.set_aside)} if found.set_aside else {}),
        "channels": found.balance(),
        "board": {"root": last.root, "batches": last.number, "envelopes": last.envelopes},
    }


def _same_again(opening: Opening, emptied: dict[Contest, Emptied]) -> Opening:
    for contest, found in emptied.items():
        ballots = dict(contest.opened_ballots.values_list("content", "ballots"))
        invalid = dict(contest.invalid_ballots.values_list("reason", "ballots"))
        if (ballots, invalid) != (dict(found.ballots), dict(found.invalid)):
            raise Refused(_("%s: this opening gives something else than the first.") % contest)
    return opening


def export(contest: Contest) -> str:
    """The box of one contest without its residents, as canonical JSON: with the shares, enough to open it anew.

    Of what was set aside it has the fingerprints only, since nobody opens it.
    """
    paper: BallotPaper = contest.paper
    box_key = key.key_of(contest.cycle)
    counted = Envelope.objects.counted().filter(contest=contest)
    rows = counted.order_by("fingerprint").values_list("fingerprint", "sealed")
    aside = list(contest.set_aside.order_by("fingerprint").values_list("fingerprint", flat=True))
    return canonical(
        {
            "version": 1,
            "info": ballot_info(contest.cycle.slug, contest.slug, paper.digest).decode(),
            "manifest": paper.manifest,
            "public_key": b64encode(bytes(box_key.public_key)).decode(),
            "threshold": box_key.threshold,
            **({"set_aside": aside} if aside else {}),
            "envelopes": [{"fingerprint": name, "sealed": b64encode(bytes(sealed)).decode()} for name, sealed in rows],
        }
    )
