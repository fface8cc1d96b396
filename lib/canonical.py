"""One text for one value, so that its hash can be recomputed elsewhere."""

import json
from typing import Any


def canonical(value: Any) -> str:
    """JSON that has one form only: sorted keys, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
