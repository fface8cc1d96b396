"""./run bench slow_clients [WORKER CLASS]: how long visitors wait while forty slow connections are held.

The worker class is ours, or another of gunicorn's to compare with, such as gthread. Nothing but the server is measured:
the application answers at once.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = """
def application(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
HELD = {
    "nobody else": None,
    "half a head": b"POST / HTTP/1.1\r\nHost: x\r\nX-",
    "two bytes of a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nab",
    "two bytes of a long body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\nab",
}
LONGEST = 5.0  # seconds a visitor waits at most


def main(worker: str = "lib.server.Worker") -> None:
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as door:
        (Path(folder) / "app.py").write_text(APPLICATION)
        door.set_inheritable(True)
        command = [sys.executable, "-m", "gunicorn", "app", "--bind", f"fd://{door.fileno()}", "--no-control-socket"]
        command += ["--workers", "2", "--threads", "8", "--worker-class", worker, "--log-level", "critical"]
        command += ["--graceful-timeout", "1"]
        env = {**os.environ, "PYTHONPATH": f"{ROOT}:{folder}"}
        server = subprocess.Popen(command, env=env, pass_fds=[door.fileno()])
        try:
            measure(door.getsockname())
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()


def measure(address: tuple[str, int]) -> None:
    print(f"{'held by forty':28}{'median':>10}{'worst':>10}   unanswered")
    for name, said in HELD.items():
        slow = []
        for _ in range(40 if said else 0):
            slow.append(socket.create_connection(address))
            slow[-1].sendall(said or b"")
        waits = [visit(address) for _ in range(40 if said is None else 10)]
        lost = sum(wait >= LONGEST for wait in waits)
        print(f"{name:28}{statistics.median(waits) * 1e3:7.1f} ms{max(waits) * 1e3:7.1f} ms   {lost} of {len(waits)}")
        for each in slow:
            each.close()


def visit(address: tuple[str, int]) -> float:
    """Seconds until the answer, LONGEST if it does not come."""
    begun = time.perf_counter()
    try:
        with socket.create_connection(address, timeout=LONGEST) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            client.recv(4096)
    except TimeoutError:
        return LONGEST
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(*sys.argv[1:])
