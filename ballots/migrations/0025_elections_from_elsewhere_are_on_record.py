"""Elections from elsewhere that an earlier version brought in are put on record as they are found: from now on one that
no entry has was brought in by nobody.
"""

import hashlib
import json
from datetime import UTC
from typing import Any

from django.db import migrations
from django.utils import timezone


def note(apps: Any, editor: Any) -> None:
    events = apps.get_model("audit", "AuditEvent").objects
    for came in apps.get_model("ballots", "FromElsewhere").objects.order_by("pk"):
        last, now = events.order_by("-number").first(), timezone.now()
        entry = {
            "number": last.number + 1 if last else 1,
            "at": now.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": None,
            "action": "election imported",
            "object": f"budgeting.contest:{came.contest_id}",
            "facts": {"ballots": came.ballots},
        }
        previous = bytes(last.hash) if last else bytes(32)
        text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        row = {name: value for name, value in entry.items() if name != "at"}
        events.create(**row, at=now, previous_hash=previous, hash=hashlib.sha256(previous + text.encode()).digest())


class Migration(migrations.Migration):
    dependencies = [("ballots", "0024_shut_is_shut"), ("audit", "0002_only_grows")]
    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
