"""From what happened to whoever hears of it: one notice for each, and a mail where they want one.

The act has written one row (models/happening.py). Here, in the worker, that becomes as many as there are readers: in
bunches, each in a transaction that notes how far it came, so that a worker that dies loses and doubles nothing.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import DatabaseError, models, transaction

from notices import hours
from notices.kinds import Kind, Telling, Way, is_told, telling_of
from notices.marks import new_message_id
from notices.models import Choice, Happening, Mail, Notice

AT_ONCE = 500  # readers of a happening in one transaction
IS_TO_MANY = 50  # readers; from then on their mails go after those to a few

logger = logging.getLogger(__name__)
_logged: set[int] = set()  # so that a fault stands in the log of this worker once


def spread(at: datetime) -> None:
    """Give everybody their notice of what has happened. What fails keeps nothing else waiting, and is tried again."""
    for happening in Happening.objects.filter(spread_at=None).order_by("pk"):
        try:
            while not _spread_some(happening.pk, at):
                pass
        except DatabaseError:
            raise
        except Exception:  # a fault in what one room says of its kind
            if happening.pk not in _logged:
                logger.exception("Nobody can be told that %s.", happening)
            _logged.add(happening.pk)


@transaction.atomic
def _spread_some(key: int, at: datetime) -> bool:
    """The next of its readers. True if there are no more."""
    happening = Happening.objects.select_for_update(skip_locked=True).filter(pk=key, spread_at=None).first()
    if happening is None:  # another worker is at it, or was
        return True
    readers = _next_readers(happening)
    if readers:
        _tell(happening, readers, at)
        happening.spread_to = readers[-1]
    if len(readers) < AT_ONCE:
        happening.spread_to, happening.spread_at = 0, at  # who was last has perhaps not voted
    happening.save(update_fields=["spread_to", "spread_at"])
    return happening.spread_at is not None


def _next_readers(happening: Happening) -> list[int]:
    if not is_told(happening.kind) or happening.subject is None:
        return []
    named = telling_of(happening.kind).readers(happening)
    people = get_user_model().objects.filter(pk__in=named, pk__gt=happening.spread_to, is_active=True)
    if happening.by_id:
        people = people.exclude(pk=happening.by_id)
    return list(people.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def _tell(happening: Happening, readers: Sequence[int], at: datetime) -> None:
    telling = telling_of(happening.kind)
    chosen = dict(Choice.objects.filter(kind=happening.kind, user__in=readers).values_list("user", "way"))
    ways = {reader: _way(telling, chosen.get(reader)) for reader in readers}
    told = [reader for reader in readers if ways[reader] != Way.NOTHING]
    at_once = {reader: _a_mail(telling, reader, len(readers), at) for reader in told if ways[reader] == Way.AT_ONCE}
    Mail.objects.bulk_create(at_once.values())
    digests = _open_digests([reader for reader in told if ways[reader] == Way.DIGEST], at)
    on_the_site = telling.is_on_the_site
    Notice.objects.bulk_create(
        [
            Notice(happening=happening, reader_id=reader, mail=mail, on_the_site=on_the_site)
            for reader in told
            if (mail := at_once.get(reader) or digests.get(reader)) or on_the_site
        ]
    )


@transaction.atomic
def tell_alone(kind: Kind, thing: models.Model, *, since: datetime, reader: int, at: datetime) -> None:
    """Tell one person at once, in the caller's transaction, of what leaves no row.

    That it happens at all to the thing, `since` a moment that has nothing to do with anybody, is the one row that
    stays once their mail has gone. Whoever has a mail of it on the way gets no second one.
    """
    happening = Happening.ever(kind, thing, at=since)
    mail = _a_mail(telling_of(kind), reader, 1, at)
    notice = Notice(happening=happening, reader_id=reader, mail=mail, on_the_site=False)
    if not Notice.objects.filter(happening=happening, reader=reader).exists():
        mail.save()
        notice.save()


def _way(telling: Telling, chosen: str | None) -> str:
    return chosen if chosen in telling.ways else telling.default


def _a_mail(telling: Telling, reader: int, readers: int, at: datetime) -> Mail:
    goes = at if telling.is_a_right else hours.awake(at)
    rank = Mail.Rank.TO_MANY if readers >= IS_TO_MANY else Mail.Rank.TO_ONE
    return _mail(reader, goes, rank=rank, leaves_no_row=telling.leaves_no_row)


def _open_digests(readers: list[int], at: datetime) -> dict[int, Mail]:
    """Each reader's digest in the making, held so that it does not leave meanwhile; a new one where there is none."""
    if not readers:
        return {}
    goes = hours.next_digest(at)
    new = [_mail(reader, goes, rank=Mail.Rank.TO_MANY, is_daily=True) for reader in readers]
    Mail.objects.bulk_create(new, ignore_conflicts=True)
    making = Mail.objects.filter(is_daily=True, written_out_at=None, reader__in=readers)
    return {mail.reader_id: mail for mail in making.select_for_update().order_by("pk") if mail.reader_id}


def _mail(reader: int, goes: datetime, **more: object) -> Mail:
    message_id = new_message_id(leaves_no_row=bool(more.get("leaves_no_row")))
    return Mail(reader_id=reader, message_id=message_id, written_at=goes, next_try_at=goes, **more)
