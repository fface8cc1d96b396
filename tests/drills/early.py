"""gunicorn's settings for a booth that says "cast" before anything is: what the drills must notice."""

import threading
import time
from typing import Any

COMMITTED_AFTER = 0.5  # seconds


def post_worker_init(_worker: Any) -> None:
    """Once this process has loaded the program."""
    from django.db import connection  # noqa: PLC0415

    from ballots.views import booth  # noqa: PLC0415

    cast = booth.cast

    def cast_later(*given: Any, **more: Any) -> None:
        def later() -> None:
            time.sleep(COMMITTED_AFTER)
            try:
                cast(*given, **more)
            finally:
                connection.close()

        threading.Thread(target=later).start()

    booth.cast = cast_later
