"""The site as it is served, and somebody with 400 megabytes and no account."""

import os
import selectors
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SIZE = 400_000_000
HEAD = (
    f"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrf={'x' * 32}\r\n"
    f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {SIZE}\r\n\r\n"
    '--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n'
)


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


@pytest.fixture
def address(tmp_path: Path, temporary: Path) -> Iterator[tuple[str, int]]:
    """Of the site, with a database nobody can reach: what is refused here needs none."""
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.set_inheritable(True)
        command = [sys.executable, "-m", "gunicorn", "budgeting.wsgi", "--bind", f"fd://{door.fileno()}"]
        command += ["--worker-class", "lib.server.Worker", "--threads", "4", "--no-control-socket"]
        command += ["--log-level", "critical", "--graceful-timeout", "1"]
        env = os.environ | {"COMMON_PURSE_VAR": str(tmp_path / "var"), "TMPDIR": str(temporary)}
        env |= {"DATABASE_URL": "postgres://nowhere.invalid/x", "SECRET_KEY": "x", "REGISTER_KEY": "x"}
        server = subprocess.Popen(command, env=env, cwd=ROOT, pass_fds=[door.fileno()])
        yield door.getsockname()
        server.send_signal(signal.SIGTERM)
        server.wait()


@pytest.mark.long
def test_400_megabytes_to_the_sign_in_are_refused_at_once_and_lie_nowhere(address, temporary) -> None:
    block, sent = b"x" * 2**20, 0
    with socket.create_connection(address) as client, selectors.DefaultSelector() as selector:
        client.sendall(HEAD.encode())
        client.setblocking(False)
        selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while not any(events & selectors.EVENT_READ for _key, events in selector.select(120)):
            assert list(temporary.iterdir()) == []
            try:
                sent += client.send(block)
            except BlockingIOError:
                continue
        answer = client.recv(2**16)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert sent < SIZE / 4
    assert list(temporary.iterdir()) == []
