"""How the holders of the key come together, each in a session of their own and wherever they sit.

A clerk begins; a process of its own (ballots/keeper.py) keeps in its memory what nobody else may know; each holder
takes their sheet, or gives its words. What passes between a session and that process is sealed on its way, by a key
that lives no longer than it is needed, so that neither the database nor a copy of it ever holds a share; and both look
first whether the ceremony is what was begun (ballots/vouching.py).
"""

import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.acts import Done
from audit.models import AuditEvent
from ballots import key
from ballots.models import BallotBoxKey, Ceremony, Opening, Part
from ballots.opening import why_not_open
from ballots.sealing import SEED, CannotOpen, PrivateKey, Share, seal
from ballots.typed_sheets import own_share
from ballots.vouching import ALTERED, code, code_of_asking, code_of_taking, info, require_as_begun
from budgeting.models import Cycle
from budgeting.people import Person
from lib.refusal import Refused, allow, require
from notices.kinds import Kind
from notices.models import Happening

PAUSE = 0.1  # seconds between two looks for an answer
PATIENCE = 80  # looks

ALTERED_ON_ITS_WAY = gettext_lazy("Your sheet was altered on its way to you. Begin the making of the key anew.")
ENOUGH = gettext_lazy("Enough holders have given their words: it is being done.")


# Begun and ended -----------------------------------------------------------------------------------------------------


def begin_key(
    cycle: Cycle, holders: Sequence[Person], *, by: Person, at: datetime, threshold: int, replaces: str = ""
) -> Ceremony:
    """Begin to make the key: in force once the last of these holders has taken their sheet. Raises Refused."""
    allow(key.why_not_make(cycle, at))
    key.require_holders(holders, threshold)
    key.to_be_replaced(cycle, replaces)
    parts = [Part(number=number, holder_id=holder.pk) for number, holder in enumerate(holders, start=1)]
    return _begin(
        Ceremony(cycle=cycle, kind=Ceremony.Kind.KEY, threshold=threshold, replaces=replaces), parts, by=by, at=at
    )


def begin_rehearsal(cycle: Cycle, *, by: Person, at: datetime) -> Ceremony:
    """Begin a rehearsal, in which as many holders as open the box open the test envelope. Raises Refused."""
    allow(key.why_not_rehearse(cycle))
    return _begin_with_the_key(cycle, Ceremony.Kind.REHEARSAL, by=by, at=at)


def begin_opening(cycle: Cycle, *, by: Person, at: datetime) -> Ceremony:
    """Begin the opening: the box opens once as many holders as it takes have given their words. Raises Refused."""
    require(not Opening.objects.filter(cycle=cycle).exists(), _("The box has been opened."))
    allow(why_not_open(cycle, at))
    return _begin_with_the_key(cycle, Ceremony.Kind.OPENING, by=by, at=at)


def _begin_with_the_key(cycle: Cycle, kind: Ceremony.Kind, *, by: Person, at: datetime) -> Ceremony:
    found = key.key_of(cycle)
    held = found.holders.values_list("number", "holder", "commitment")
    parts = [Part(number=number, holder_id=holder, commitment=commitment) for number, holder, commitment in held]
    return _begin(Ceremony(cycle=cycle, kind=kind, threshold=found.threshold), parts, by=by, at=at)


def _begin(ceremony: Ceremony, parts: Sequence[Part], *, by: Person, at: datetime) -> Ceremony:
    cycle = ceremony.cycle
    with transaction.atomic():
        Cycle.objects.select_for_update().get(pk=cycle.pk)
        if (before := on_at(cycle)) and is_lost(before):
            end(before, Ceremony.End.LOST, at=at)
        require(on_at(cycle) is None, _("The holders are together already: end that first."))
        ceremony.number = (cycle.ceremonies.aggregate(last=Max("number"))["last"] or 0) + 1
        ceremony.begun_by_id, ceremony.begun_at = by.pk, at
        ceremony.save(force_insert=True)
        for part in parts:
            part.ceremony = ceremony
        Part.objects.bulk_create(parts)
        ceremony.vouched = code(ceremony, parts)
        ceremony.save(update_fields=["vouched"])
        asked = [[part.number, part.holder_id] for part in parts]
        by.record(Done.CEREMONY_BEGUN, on=cycle, kind=ceremony.kind, number=ceremony.number, holders=asked)
        Happening.note(Kind.CEREMONY_BEGUN, ceremony, at=at, by=by)
    return ceremony


@transaction.atomic
def break_off(ceremony: Ceremony, *, by: Person, at: datetime) -> None:
    """End it before it comes to its end. Raises Refused if it has ended, or if enough words are given: it is done then.

    Unless its program is gone, which does nothing any more.
    """
    kept = Ceremony.objects.select_for_update().get(pk=ceremony.pk)
    require(not has_enough(kept, kept.parts.all()) or is_lost(kept), ENOUGH)
    require(end(ceremony, Ceremony.End.BROKEN_OFF, by=by, at=at), _("This has ended already."))


@transaction.atomic
def end(ceremony: Ceremony, how: Ceremony.End, said: str = "", *, at: datetime, by: Person | None = None) -> bool:
    """End a ceremony, so that nothing sealed is left of it; not so (False) if it has ended already."""
    still_on = Ceremony.objects.filter(pk=ceremony.pk, ended_at=None)
    if not still_on.select_for_update().exists():
        return False
    ceremony.parts.update(asked_with=b"", vouched="", answer=b"", sealed=b"")
    still_on.update(ended_at=at, end=how, said=said)
    if how != Ceremony.End.DONE:
        AuditEvent.append(
            Done.CEREMONY_ENDED, by=by, on=ceremony.cycle, kind=ceremony.kind, number=ceremony.number, how=how
        )
    return True


def on_at(cycle: Cycle) -> Ceremony | None:
    """The one that is on."""
    return Ceremony.objects.filter(cycle=cycle, ended_at=None).first()


def has_enough(ceremony: Ceremony, parts: Iterable[Part]) -> bool:
    """Have as many holders given their words as it takes? Then it is being done, and nothing holds it up."""
    return not ceremony.is_of_the_key and sum(part.done_at is not None for part in parts) >= ceremony.threshold


def is_lost(ceremony: Ceremony) -> bool:
    """Is the process gone that held it? Then nothing that was shown or given in it is known to anybody any more."""
    if not (ceremony.is_on and ceremony.keeper):
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock_shared(hashtext('ceremony'), %s)", [ceremony.pk])
        (free,) = cursor.fetchone()
        if free:
            cursor.execute("SELECT pg_advisory_unlock_shared(hashtext('ceremony'), %s)", [ceremony.pk])
    return bool(free)


# A holder takes their sheet ------------------------------------------------------------------------------------------


def show(part: Part, session: str) -> Share:
    """The share of this part, for its holder, in one session alone: again there, until it is taken, and nowhere else.

    Raises Refused if another session was shown it, if it is taken, or if the process does not answer.
    """
    ceremony, part = _still_on(part)
    require(part.done_at is None, _("Your sheet has been taken: you typed it back. It is not shown again."))
    shown_in, before = _digest_of(session), part.shown_in
    one_time = PrivateKey(secrets.token_bytes(SEED))
    asker = one_time.public_key
    asked = {"asked_with": asker, "vouched": code_of_asking(part, shown_in, asker), "answer": b""}
    with transaction.atomic():
        mine = Part.objects.filter(pk=part.pk, done_at=None, shown_in__in=["", shown_in])
        require(
            mine.update(shown_in=shown_in, **asked),
            _("Your sheet was shown in another session. If that was not yours, tell the clerk: the key is begun anew."),
        )
        if before != shown_in:
            _note(Done.SHEET_SHOWN, ceremony, part)
    waiting = Part.objects.filter(pk=part.pk, asked_with=asker)
    sealed = _answer(waiting)
    waiting.filter(done_at=None).update(asked_with=b"", vouched="", answer=b"")
    try:
        share = Share(part.number, one_time.open(sealed, info(part, "shown")))
    except CannotOpen:
        raise Refused(ALTERED_ON_ITS_WAY) from None
    require(share.commitment(bytes(ceremony.public_key)) == part.commitment, ALTERED_ON_ITS_WAY)
    return share


def is_shown_in(part: Part, session: str) -> bool:
    """Was the sheet shown in this session?"""
    return constant_time_compare(part.shown_in, _digest_of(session))


def _digest_of(session: str) -> str:
    return salted_hmac("ballots.ceremony.session", session, algorithm="sha256").hexdigest()


def _answer(waiting: QuerySet[Part]) -> bytes:
    """What the process answered, sealed. Raises Refused if it does not in time, or if the session asked once more."""
    for _look in range(PATIENCE):
        answer = waiting.values_list("answer", flat=True).first()
        require(answer is not None, _("This has ended, or the sheet was asked for twice at once. Look again."))
        if answer:
            return bytes(answer)
        pause()
    raise Refused(_("The program that keeps the sheets does not answer. Look again in a moment, or begin anew."))


def pause() -> None:
    """Until the next look for an answer."""
    time.sleep(PAUSE)


@transaction.atomic
def take(part: Part, words: str, session: str, *, at: datetime) -> BallotBoxKey | None:
    """A holder has typed their sheet back, in the session that was shown it; so it is theirs, and known to work.

    With the last one the key is in force, and is given back. Raises WrongShare if the words are not those of the sheet,
    and Refused if the sheet was not shown in this session, or if no key can be made any more.
    """
    ceremony, part = _still_on(part, lock=True)
    require(is_shown_in(part, session), _("Let your sheet be shown first, then type it back."))
    own_share(part, words)
    taken = Part.objects.filter(pk=part.pk, done_at=None).update(done_at=at, vouched=code_of_taking(part))
    require(taken, _("Your sheet has been taken already."))
    _note(Done.SHEET_TAKEN, ceremony, part)
    if Part.objects.filter(ceremony=ceremony, done_at=None).exists():
        return None
    parts = list(Part.objects.filter(ceremony=ceremony).select_related("holder"))
    require(all(constant_time_compare(each.vouched, code_of_taking(each)) for each in parts), ALTERED)
    made = key.NewKey(
        bytes(ceremony.public_key),
        bytes(ceremony.test_envelope),
        ceremony.test_digest,
        tuple(each.commitment for each in parts),
    )
    holders = [each.holder for each in parts]
    in_force = key.put_in_force(
        ceremony.cycle,
        made,
        holders,
        by=ceremony.begun_by or part.holder,
        at=at,
        threshold=ceremony.threshold,
        replaces=ceremony.replaces,
    )
    end(ceremony, Ceremony.End.DONE, at=at)
    return in_force


# A holder gives their words ------------------------------------------------------------------------------------------


@transaction.atomic
def give(part: Part, words: str, *, at: datetime) -> None:
    """A holder gives the words of their sheet, which only the process of this ceremony can read from here on.

    Raises WrongShare if they are not those of their sheet, and Refused if they were given already, or it has ended.
    """
    ceremony, part = _still_on(part, lock=True)
    require(not has_enough(ceremony, ceremony.parts.all()), ENOUGH)
    share = own_share(part, words)
    given = Part.objects.filter(pk=part.pk, done_at=None)
    sealed = seal(share.secret, bytes(ceremony.keeper), info(part, "given"))
    require(given.update(sealed=sealed, done_at=at), _("Your words are given already; there is nothing more to do."))
    _note(Done.WORDS_GIVEN, ceremony, part)


def _note(done: Done, ceremony: Ceremony, part: Part) -> None:
    AuditEvent.append(done, by=part.holder, on=ceremony.cycle, beginning=ceremony.number, number=part.number)


def _still_on(part: Part, lock: bool = False) -> tuple[Ceremony, Part]:
    """The ceremony of a part and the part itself, as they are now and as they were begun. Raises Refused otherwise."""
    found = Ceremony.objects.select_related("cycle", "begun_by").prefetch_related("parts__holder")
    ceremony = (found.select_for_update(of=("self",)) if lock else found).get(pk=part.ceremony_id)
    require(ceremony.is_on, _("This has ended meanwhile: %s") % ceremony.how_it_ended)
    require(ceremony.keeper, _("This is still being prepared. Try again in a moment."))
    if is_lost(ceremony):
        raise Refused(_("The program that held this has ended with the server. A clerk begins anew."))
    require_as_begun(ceremony, list(ceremony.parts.all()))
    return ceremony, next(each for each in ceremony.parts.all() if each.pk == part.pk)
