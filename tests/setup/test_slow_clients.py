"""Whoever is slow keeps nobody else waiting: the server's threads are for requests that are there."""

import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
THREADS = 4
SLOW = 10 * THREADS
PATIENCE = 60  # seconds until a test gives up; nothing here is expected to take a second

APPLICATION = """
import time

def application(environ, start_response):
    path = environ["PATH_INFO"]
    read = len(environ["wsgi.input"].read()) if path == "/read" else 0
    body = b"x" * 1_500_000 if path == "/long" else str(read).encode()
    start_response("413 Too Large" if path == "/refuse" else "200 OK", [("Content-Length", str(len(body)))])
    return [body]
"""
HALF_A_HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nX-"
TWO_BYTES = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nab"
TWO_BYTES_OF_MANY = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\nab"
A_CHUNK = b"POST /read HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab"
NOTHING = b""
A_LONG_ANSWER_UNREAD = b"GET /long HTTP/1.1\r\nHost: x\r\n\r\n"

Connect = Callable[..., socket.socket]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Connect]]:
    """serve("HEAD_SECONDS = 300"): gunicorn with our worker, and a way to connect to it."""
    with ExitStack() as stack:

        def start(patience: str = "", worker: str = "lib.server.Worker") -> Connect:
            (tmp_path / "app.py").write_text(APPLICATION)
            (tmp_path / "conf.py").write_text(f"from lib import pace, server\n{patience}\n")
            door = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            door.set_inheritable(True)
            command = [sys.executable, "-m", "gunicorn", "app", "--config", tmp_path / "conf.py"]
            command += ["--bind", f"fd://{door.fileno()}", "--worker-class", worker, "--threads", str(THREADS)]
            command += ["--no-control-socket", "--log-level", "warning", "--graceful-timeout", "1"]
            env = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
            server = subprocess.Popen(command, env=env, cwd=tmp_path, pass_fds=[door.fileno()])
            stack.callback(server.wait)
            stack.callback(server.send_signal, signal.SIGTERM)

            def connect(said: bytes = b"", *options: tuple[int, int, int]) -> socket.socket:
                client = stack.enter_context(socket.socket())
                for option in options:
                    client.setsockopt(*option)
                client.settimeout(PATIENCE)
                client.connect(door.getsockname())
                client.sendall(said)
                return client

            return connect

        yield start


def answer(client: socket.socket) -> bytes:
    """All that comes until the other side has nothing more to say."""
    parts = []
    while part := client.recv(2**16):
        parts.append(part)
    return b"".join(parts)


def visit(connect: Connect) -> bytes:
    return answer(connect(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))


def is_held(client: socket.socket) -> bool:
    """Has the server neither answered nor ended it?"""
    with selectors.DefaultSelector() as selector:
        selector.register(client, selectors.EVENT_READ)
        return not selector.select(0)


PATIENT = "server.HEAD_SECONDS = server.QUEUE_SECONDS = pace.GRACE = 600"
KINDS = [HALF_A_HEAD, TWO_BYTES, TWO_BYTES_OF_MANY, NOTHING]


@pytest.mark.parametrize("said", KINDS, ids=["half a head", "two bytes", "two bytes of many", "nothing at all"])
def test_others_are_answered_while_slow_connections_are_held(serve, said) -> None:
    connect = serve(PATIENT)
    assert visit(connect).endswith(b"0")
    slow = [connect(said) for _ in range(SLOW)]
    for _ in range(2 * THREADS):
        assert visit(connect).endswith(b"0")
    assert all(is_held(client) for client in slow)


def test_others_are_answered_while_nobody_reads_long_answers(serve) -> None:
    connect = serve(PATIENT)
    slow = [connect(A_LONG_ANSWER_UNREAD, (socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)) for _ in range(SLOW)]
    for _ in range(2 * THREADS):
        assert visit(connect).endswith(b"0")
    assert len(slow[0].recv(2**16))
    slow[0].sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert len(answer(slow[0])) > 1_400_000  # whoever reads after all has all of it, and may ask for more


@pytest.mark.parametrize("said", [*KINDS, A_CHUNK], ids=["half a head", "two bytes", "of many", "nothing", "a chunk"])
def test_what_takes_too_long_is_ended(serve, said) -> None:
    connect = serve("server.HEAD_SECONDS = pace.GRACE = 0.2; server.SLOWEST = pace.SLOWEST = 2**20")
    slow = [connect(said) for _ in range(SLOW)]
    assert [ended(client) for client in slow] == [True] * SLOW


def test_a_drop_now_and_then_keeps_no_connection_alive(serve) -> None:
    connect = serve("server.HEAD_SECONDS = pace.GRACE = 0.5")
    slow = connect(HALF_A_HEAD)
    tried = iter(range(PATIENCE * 20))
    with suppress(ConnectionError):
        while next(tried, None) is not None:
            time.sleep(0.05)
            slow.sendall(b"a")
    assert next(tried, None) is not None


def ended(client: socket.socket) -> bool:
    """Waits for it."""
    with suppress(ConnectionError):
        answer(client)
    return True


def test_a_request_that_comes_in_pieces_is_answered(serve) -> None:
    connect = serve()
    client = connect()
    for piece in (b"POST /read HT", b"TP/1.1\r\nHost: x\r\nContent-", b"Length: 5\r\n\r", b"\nab", b"c", b"de"):
        client.sendall(piece)
        time.sleep(0.02)
    client.sendall(b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab")
    first, _, second = answer(client).partition(b"HTTP/1.1 200 OK")[2].partition(b"HTTP/1.1 200 OK")
    assert (first[-1:], second[-1:]) == (b"5", b"2")


def test_requests_sent_all_at_once_are_answered_in_their_order(serve) -> None:
    one = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%b"
    client = serve()(b"".join(one % (n, b"a" * n) for n in range(5)))
    client.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answers = answer(client).split(b"HTTP/1.1 200 OK")[1:]
    assert [each[-1:] for each in answers] == [b"0", b"1", b"2", b"3", b"4", b"x"]
    assert len(answers[-1]) > 1_500_000


@pytest.mark.parametrize("size", [5_000, 3 * 2**20], ids=["short", "long"])
def test_who_waits_to_be_told_to_go_on_is_told_once(serve, size) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    client = serve()(head % size)
    assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.sendall(b"x" * size)
    assert answer(client).endswith(b"\r\n\r\n%d" % size)


def test_a_refusal_is_seen_by_who_is_still_sending(serve) -> None:
    """400 MB are announced; a good part of them comes, and the answer is there before they are through."""
    client = serve()(b"POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 400000000\r\n\r\n" + b"x" * 2**20)
    assert answer(client).startswith(b"HTTP/1.1 413 Too Large")


def test_a_head_without_an_end_is_refused(serve) -> None:
    client = serve(PATIENT)(HALF_A_HEAD + b"x" * 2**17)
    assert answer(client).startswith(b"HTTP/1.1 431")


def test_who_has_waited_longest_makes_room_for_who_comes(serve) -> None:
    connect = serve(PATIENT + "; worker_connections = 30; keepalive = 0")
    slow = [connect(HALF_A_HEAD) for _ in range(60)]
    assert visit(connect).endswith(b"0")
    assert ended(slow[0])
    assert is_held(slow[-1])
