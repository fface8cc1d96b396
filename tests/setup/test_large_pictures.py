"""Five pictures at once that are 196 MB each once decoded, sent to the site's own server."""

import io
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest
from PIL import Image

from tests.thoroughness import many

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
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


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[subprocess.Popen, tuple[str, int]]]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        (tmp_path / "app.py").write_text(APPLICATION)
        command = [sys.executable, "-m", "gunicorn", "app", "--bind", f"fd://{door.fileno()}", "--workers", "2"]
        command += ["--threads", "8", "--worker-class", "lib.server.Worker", "--no-control-socket"]
        command += ["--log-level", "critical", "--graceful-timeout", "1"]
        env = os.environ | {"COMMON_PURSE_VAR": str(tmp_path / "var"), "PYTHONPATH": f"{ROOT}:{tmp_path}"}
        env |= {"DJANGO_SETTINGS_MODULE": "budgeting.settings", "DATABASE_URL": "postgres://nowhere.invalid/x"}
        process = subprocess.Popen(command, env=env, cwd=tmp_path, pass_fds=[door.fileno()])
        yield process, door.getsockname()
        process.send_signal(signal.SIGTERM)
        process.wait()


def most_memory(process: int) -> int:
    """In MB, since it began."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[1]) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux says so much of a process")
def test_five_large_pictures_at_once_leave_the_workers_small(server) -> None:
    process, (host, port) = server
    file = io.BytesIO()
    side = many(3000, 7000)
    Image.new("RGBA", (side, side), (0, 90, 80, 128)).save(file, "PNG", compress_level=1)

    def send(body: bytes) -> str:
        connection = HTTPConnection(host, port, timeout=300)
        connection.request("POST", "/", body)
        said = connection.getresponse().read().decode()
        connection.close()
        return said

    with ThreadPoolExecutor(6) as people:
        pictures = [people.submit(send, file.getvalue()) for _ in range(5)]
        assert people.submit(send, b"").result() == "ok"
        answers = {picture.result() for picture in pictures}
    assert answers <= {str(min(side, 1600)), "Many photos are being looked at just now. Try again in a minute."}
    assert str(min(side, 1600)) in answers
    workers = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    assert len(workers) == 2
    assert all(most_memory(int(worker)) < 300 for worker in workers)
