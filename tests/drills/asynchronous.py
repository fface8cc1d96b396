"""gunicorn's settings for pages whose database acknowledges before it has written: the drills must notice."""

from typing import Any


def post_worker_init(_worker: Any) -> None:
    """Once this process has loaded the program."""
    from django.db import connection  # noqa: PLC0415

    connection.settings_dict["OPTIONS"]["options"] = "-c synchronous_commit=off"
