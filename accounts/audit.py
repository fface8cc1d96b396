"""The chain of the audit log: pure functions, so that an auditor can recompute it with nothing but the rows."""

import hashlib
import json
from typing import Any

FIRST = bytes(32)  # what the first entry is chained to


def chained(previous: bytes, entry: dict[str, Any]) -> bytes:
    """SHA-256 over the previous entry's hash and this entry as canonical JSON (sorted keys, UTF-8, no blanks)."""
    canonical = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(previous + canonical.encode()).digest()
