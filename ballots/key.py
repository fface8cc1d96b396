"""The ballot-box key in the hands of its holders: made, rehearsed with, and at last destroyed."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from audit.acts import Done
from ballots.models import BallotBoxKey, Envelope, KeyGivenUp, KeyShare, Opening, Rehearsal, ShareDestruction
from ballots.sealing import CannotOpen, PrivateKey, Share, WrongShare, bring_together, make_key, seal
from budgeting.models import Cycle
from budgeting.people import Person
from budgeting.stages import Act
from budgeting.two import Two
from lib.refusal import Refused, allow, require


@dataclass(frozen=True, slots=True)
class NewKey:
    """What may be known of a key that has just been made: all but its shares.

    commitments
        Of the shares, in order: `Share.commitment`.
    """

    public_key: bytes
    test_envelope: bytes
    test_digest: str
    commitments: tuple[str, ...]


def new(cycle: Cycle, threshold: int, holders: int) -> tuple[NewKey, list[Share]]:
    """A key for a cycle's box, and its shares, which stand nowhere but in what is given back."""
    public_key, shares = make_key(threshold, holders)
    test = secrets.token_bytes(32)
    envelope = seal(test, public_key, rehearsal_info(cycle))
    commitments = tuple(share.commitment(public_key) for share in shares)
    return NewKey(public_key, envelope, hashlib.sha256(test).hexdigest(), commitments), shares


def why_not_make(cycle: Cycle, at: datetime) -> str:
    """Only before voting opens, and never once somebody has voted."""
    if not cycle.allows(Act.MAKE_KEY, at):
        return _("The key is made before voting opens.")
    if Envelope.objects.filter(contest__cycle=cycle).exists():
        return _("Ballots are sealed to the key there is: it cannot be replaced.")
    return ""


def require_holders(holders: Sequence[Person], threshold: int) -> None:
    """Raise Refused unless they are different people, and enough of them."""
    enough = len({holder.pk for holder in holders}) >= max(len(holders), threshold) and threshold >= 2
    require(enough, _("Choose different holders, and at least as many as open the box; one alone never does."))


@transaction.atomic
def put_in_force(
    cycle: Cycle, made: NewKey, holders: Sequence[Person], *, by: Person, at: datetime, threshold: int, replaces: str
) -> BallotBoxKey:
    """From now on the box is sealed with this key, whose shares these holders have, in order.

    `replaces`: the name of the key it takes the place of, empty if there is none. Raises Refused once voting has begun,
    if the holders are too few, or if they have rehearsed with the key there is.
    """
    Cycle.objects.select_for_update().get(pk=cycle.pk)
    allow(why_not_make(cycle, at))
    require_holders(holders, threshold)
    if found := to_be_replaced(cycle, replaces):
        found.delete()
    key = BallotBoxKey.objects.create(
        cycle=cycle,
        public_key=made.public_key,
        threshold=threshold,
        shares=len(holders),
        test_envelope=made.test_envelope,
        test_digest=made.test_digest,
        made_by_id=by.pk,
        made_at=at,
    )
    for number, (holder, commitment) in enumerate(zip(holders, made.commitments, strict=True), start=1):
        KeyShare.objects.create(key=key, number=number, holder_id=holder.pk, commitment=commitment)
    facts = {"public_key": name_of(made.public_key), "shares": len(holders), "threshold": threshold}
    by.record(Done.KEY_MADE, on=cycle, **facts, held=key.held())
    return key


def make(
    cycle: Cycle, holders: Sequence[Person], *, by: Person, at: datetime, threshold: int = 2, replaces: str = ""
) -> list[Share]:
    """Make the key of a box that nobody's vote will ever be in, all at once, and give back its shares.

    In a city the holders make it, each in a session of their own: ballots/ceremony.py. Raises Refused as that does.
    """
    made, shares = new(cycle, threshold, len(holders))
    put_in_force(cycle, made, holders, by=by, at=at, threshold=threshold, replaces=replaces)
    return shares


def to_be_replaced(cycle: Cycle, named: str) -> BallotBoxKey | None:
    """The key that was named, empty for none. Raises Refused if there is another, or it was rehearsed with."""
    found = BallotBoxKey.objects.filter(cycle=cycle).first()
    if found and not named:
        raise Refused(
            _(
                "The key has been made already. If a sheet is lost, or was seen by somebody else, make a new key in "
                "its place."
            )
        )
    if named != (name_of(bytes(found.public_key)) if found else ""):
        raise Refused(_("Meanwhile the box has another key, or none. Look at the page again."))
    if found and found.is_rehearsed:
        raise Refused(_("The holders have rehearsed with this key: two people give it up first."))
    return found


def why_not_give_up(cycle: Cycle, at: datetime) -> str:
    """A key the holders have rehearsed with is given up before voting opens, while nothing is sealed to it."""
    found = BallotBoxKey.objects.filter(cycle=cycle).first()
    if found is None or not found.is_rehearsed:
        return _("There is no key that the holders have rehearsed with.")
    if not cycle.allows(Act.MAKE_KEY, at):
        return _("The key is made before voting opens.")
    if Envelope.objects.filter(contest__cycle=cycle).exists():
        return _("Ballots are sealed to the key there is: it cannot be replaced.")
    return ""


@transaction.atomic
def give_up(cycle: Cycle, *, by: Two, at: datetime, reason: str) -> KeyGivenUp:
    """Give up a key that was rehearsed with, so that another can be made. Raises Refused if it is none, or in use."""
    Cycle.objects.select_for_update().get(pk=cycle.pk)
    allow(why_not_give_up(cycle, at))
    require(reason.strip(), _("Say why the key is given up."))
    found = key_of(cycle)
    given_up = KeyGivenUp.objects.create(
        cycle=cycle,
        public_key=bytes(found.public_key),
        reason=reason.strip(),
        at=at,
        **by.signed,
    )
    found.delete()
    by.record(Done.KEY_GIVEN_UP, on=cycle, public_key=name_of(bytes(given_up.public_key)), reason=given_up.reason)
    return given_up


def name_of(public_key: bytes) -> str:
    """A public key's SHA-256, in hexadecimal: what is printed in the decision that opens the vote."""
    return hashlib.sha256(public_key).hexdigest()


def rehearsal_info(cycle: Cycle) -> bytes:
    return f"pb-rehearsal/v1|{cycle.slug}".encode()


def unlock(key: BallotBoxKey, shares: Iterable[Share]) -> PrivateKey:
    """The private key from its shares. Raises WrongShare naming a share that is not the one on its holder's sheet."""
    shares, public_key = list(shares), bytes(key.public_key)
    commitments = dict(key.holders.values_list("number", "commitment"))
    for share in shares:
        if share.number not in commitments:
            raise WrongShare(_("There is no sheet %d.") % share.number)
        if share.commitment(public_key) != commitments[share.number]:
            raise WrongShare(_("Sheet %d belongs to another key: is it the one of this cycle?") % share.number)
    return bring_together(shares, key.threshold, public_key)


def why_not_rehearse(cycle: Cycle) -> str:
    if Opening.objects.filter(cycle=cycle).exists():
        return _("The box has been opened.")
    has_key = BallotBoxKey.objects.filter(cycle=cycle).exists()
    return "" if has_key else _("The ballot box of %s has no key yet.") % cycle


def rehearse(cycle: Cycle, shares: Sequence[Share], *, by: Person, at: datetime) -> Rehearsal:
    """Open the test envelope with the shares, and record that it worked; with the same shares again, once.

    Raises WrongShare or Refused if it did not.
    """
    key = key_of(cycle)
    try:
        test = unlock(key, shares).open(bytes(key.test_envelope), rehearsal_info(cycle))
    except CannotOpen:
        raise Refused(_("The shares fit, but the test envelope does not open: make a new key.")) from None
    if hashlib.sha256(test).hexdigest() != key.test_digest:
        raise Refused(_("The test envelope held something else: make a new key."))
    numbers = sorted(share.number for share in shares)
    with transaction.atomic():
        Cycle.objects.select_for_update().get(pk=cycle.pk)
        if before := Rehearsal.objects.filter(key=key, share_numbers=numbers).first():
            return before
        rehearsal = Rehearsal.objects.create(key=key, share_numbers=numbers, by_id=by.pk, at=at)
        by.record(Done.OPENING_REHEARSED, on=cycle, shares=numbers)
    return rehearsal


@transaction.atomic
def destroy_shares(cycle: Cycle, witnesses: str, *, by: Person, at: datetime) -> ShareDestruction:
    """Put on record that the sheets were destroyed. Raises Refused before the opening, and the second time."""
    Cycle.objects.select_for_update().get(pk=cycle.pk)
    if not Opening.objects.filter(cycle=cycle).exists():
        raise Refused(_("The shares are needed until the box has been opened."))
    if ShareDestruction.objects.filter(key__cycle=cycle).exists():
        raise Refused(_("The destruction of the shares is on record already."))
    destruction = ShareDestruction.objects.create(key=key_of(cycle), witnesses=witnesses, by_id=by.pk, at=at)
    by.record(Done.SHARES_DESTROYED, on=cycle)
    return destruction


def key_of(cycle: Cycle) -> BallotBoxKey:
    """The cycle's key. Raises Refused if there is none."""
    if key := BallotBoxKey.objects.filter(cycle=cycle).first():
        return key
    raise Refused(_("The ballot box of %s has no key yet.") % cycle)
