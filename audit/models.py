"""The audit log."""

import json
from datetime import UTC
from typing import Any

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.translation import gettext_lazy as _

from audit.acts import Done
from audit.chain import FIRST, chained, verify
from lib import clock


class AuditEvent(models.Model):
    """One line of the audit log, chained by hash to the one before. The database refuses any change but INSERT."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(_("what"), max_length=60)  # a value of Done
    object = models.CharField(_("on"), max_length=120, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        ordering = ("number",)
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")

    def __str__(self) -> str:
        return f"{self.number} {self.action}"

    @classmethod
    def append(cls, done: Done, *, by: Any, on: models.Model | None = None, **facts: Any) -> "AuditEvent":
        """Add an entry at the end of the chain; `by` is a person with an account, or None for the system itself.

        Must run inside the transaction of what it records: raises RuntimeError otherwise. The advisory lock is held
        until that transaction ends, so entries are numbered without gaps, in commit order, and by the database's clock
        no entry is older than the one before. `facts` never hold a ballot's content; they are what JSON can say without
        floats (ValueError otherwise), since those do not come back from the database as they went in.
        """
        if not cls.is_in_a_transaction():
            raise RuntimeError("An audit entry belongs to the transaction of what it records.")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit log'))")
        last = cls.objects.order_by("-number").only("number", "hash").first()
        event = cls(
            number=last.number + 1 if last else 1,
            at=clock.of_the_database(),
            actor=by,
            action=done.value,
            object=reference(on) if on is not None else "",
            facts=json.loads(json.dumps(facts), parse_float=_refuse_float),
            previous_hash=bytes(last.hash) if last else FIRST,
        )
        event.hash = chained(bytes(event.previous_hash), event.entry())
        event.save(force_insert=True)
        return event

    @classmethod
    def last_head(cls) -> str:
        """The head after the last entry; of a log without any, number 0 and the hash that the first entry names."""
        last = cls.objects.order_by("-number").first()
        return last.head if last else f"0:{FIRST.hex()}"

    @staticmethod
    def is_in_a_transaction() -> bool:
        return bool(connection.in_atomic_block)

    @classmethod
    @transaction.atomic
    def note(cls, done: Done, *, by: Any, on: models.Model | None = None, **facts: Any) -> "AuditEvent":
        """Add an entry for what changes nothing else, in a transaction of its own: a sign-in, a file taken away."""
        return cls.append(done, by=by, on=on, **facts)

    @classmethod
    def verify_chain(cls, *heads: tuple[int, bytes]) -> tuple[int, bytes]:
        """The number and hash of the last entry, the whole chain recomputed. Raises Broken, as `chain.verify` does."""
        events = cls.objects.order_by("number").iterator(chunk_size=5_000)
        rows = ((event.entry(), bytes(event.previous_hash), bytes(event.hash)) for event in events)
        return verify(rows, heads)

    @property
    def said(self) -> str:
        """What was done, in the reader's language; an act this version does not know, as it was written."""
        return str(Done(self.action).label) if self.action in Done.values else self.action

    @property
    def head(self) -> str:
        """What an auditor notes elsewhere, for `verify_audit --head`."""
        return f"{self.number}:{bytes(self.hash).hex()}"

    def entry(self) -> dict[str, Any]:
        """What the hash covers."""
        return {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": self.actor_id,
            "action": self.action,
            "object": self.object,
            "facts": self.facts,
        }


def reference(row: models.Model) -> str:
    """How the log names a row: "budgeting.contest:7"."""
    return f"{row._meta.label_lower}:{row.pk}"


def _refuse_float(number: str) -> float:
    raise ValueError(f"An audit entry holds no floating-point number: {number}")
