"""The site's own server with an application that does nothing but look at pictures: for a test and a measurement."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
APPLICATION = """
import io
import django

django.setup()
from lib.refusal import Refused
from lib.safe_image import redrawn

def application(environ, start_response):
    start_response("200 OK", [])
    sent = environ["wsgi.input"].read()
    try:
        return [f"{redrawn(io.BytesIO(sent)).width}".encode()] if sent else [b"ok"]
    except Refused as refused:
        return [refused.sentence.encode()]
"""


@contextmanager
def served(folder: Path) -> Iterator[tuple[int, tuple[str, int]]]:
    """Two workers of eight threads. Gives the number of gunicorn's first process, and the address."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        (folder / "app.py").write_text(APPLICATION)
        command = [sys.executable, "-m", "gunicorn", "app", "--bind", f"fd://{door.fileno()}", "--workers", "2"]
        command += ["--threads", "8", "--worker-class", "lib.server.Worker", "--no-control-socket"]
        command += ["--log-level", "critical", "--graceful-timeout", "1"]
        env = os.environ | {"COMMON_PURSE_VAR": str(folder / "var"), "PYTHONPATH": f"{ROOT}:{folder}"}
        env |= {"DJANGO_SETTINGS_MODULE": "budgeting.settings", "DATABASE_URL": "postgres://nowhere.invalid/x"}
        process = subprocess.Popen(command, env=env, cwd=folder, pass_fds=[door.fileno()])
        try:
            yield process.pid, door.getsockname()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
