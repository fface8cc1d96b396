"""gunicorn's settings for a booth that breaks while it seals, as often as a folder says: in the worst of words."""

import os
from pathlib import Path
from typing import Any

ORDERS = "OUT_OF_ORDER"  # in the environment: a folder. For each file in it one ballot breaks, and the file goes.


def post_worker_init(_worker: Any) -> None:
    """Once this process has loaded the program."""
    from ballots import casting  # noqa: PLC0415

    seal, orders = casting.seal, Path(os.environ[ORDERS])

    def seal_or_break(plain: bytes, *more: Any) -> bytes:
        for order in sorted(orders.iterdir())[:1]:
            order.unlink()
            raise RuntimeError(f"cannot seal {plain!r}, which is {plain.hex()}")
        return seal(plain, *more)

    casting.seal = seal_or_break
