"""A gunicorn worker whose threads are for those who have said all they have to say.

gunicorn's own gives a connection a thread as soon as it sends its first byte, and waits there for the rest: as many
connections as there are threads, each with half a request, keep everybody else out. Here one loop waits for all of
them at once, without a thread, and ends those that take too long; so it does with what an answer leaves over when the
other side is slow to read it. Proxies are not relied on: not every one holds back what comes slowly.
"""

import re
import selectors
import time
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from gunicorn import http
from gunicorn.workers.gthread import TConn, ThreadWorker

from lib.pace import SLOWEST, Paced

HEAD_SECONDS = 10.0  # for the head of a request, from its first moment
MOST_HEAD = 64 * 1024  # bytes
MOST_WAITED_FOR = 2**20  # bytes: with a longer body a request gets its thread once its head is there
MOST_HELD = 64 * 2**20  # bytes of incomplete requests, all together; and as many of incomplete answers
QUEUE_SECONDS = 60.0  # how long a long body waits for others to be through
LEAVING_SECONDS = 10.0  # how long is still listened to somebody who sends what nobody reads
STOPPING_SECONDS = 2.0

END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
CHUNKED = re.compile(rb"(?im)^transfer-encoding[ \t]*:")
LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*([0-9]{1,18})[ \t]*\r?$")
EXPECTS = re.compile(rb"(?im)^expect[ \t]*:[ \t]*100-continue[ \t]*\r?\n")
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
HEAD_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(eq=False)
class Arrival:
    """A request of which a part is there."""

    until: float
    data: bytearray = field(default_factory=bytearray)
    needed: int | None = None  # bytes, head and body; None: the head is not complete
    is_chunked: bool = False

    def take(self, data: bytes) -> None:
        begins = max(len(self.data) - 3, 0)
        self.data += data
        if self.needed is None and (end := END_OF_HEAD.search(self.data, begins)):
            length = LENGTH.search(self.data, 0, end.end())
            self.needed = end.end() + (int(length[1]) if length else 0)
            self.is_chunked = bool(CHUNKED.search(self.data, 0, end.end()))
            if self.is_waited_for:
                self.until += self.needed / SLOWEST

    @property
    def is_large(self) -> bool:
        """Or nobody knows how large."""
        return self.needed is not None and (self.is_chunked or self.needed > MOST_WAITED_FOR)

    @property
    def is_waited_for(self) -> bool:
        return self.needed is not None and not self.is_large and len(self.data) < self.needed

    @property
    def is_complete(self) -> bool:
        return self.needed is not None and not self.is_waited_for

    def says_go_on(self) -> bool:
        """Does the other side wait for a word before it sends the body? Asked once: gunicorn would say it again."""
        begins = len(self.data)
        self.data = bytearray(EXPECTS.sub(b"", self.data, count=1))
        self.needed = (self.needed or 0) - (begins - len(self.data))
        return len(self.data) < begins


class Worker(ThreadWorker):
    """gunicorn's threads behind a loop that reads requests to their end and sends answers to theirs.

    With TLS of gunicorn's own, which no city behind a proxy has, it is gunicorn's as it was.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arrivals: dict[TConn, Arrival] = {}
        self.leaving: dict[TConn, float] = {}
        self.sending: dict[TConn, bool] = {}  # to whom an answer is still on its way, and whether they stay
        self.large: set[TConn] = set()
        self.large_waiting: dict[TConn, float] = {}
        self.looked_at = 0.0
        self.most_large = max(1, self.cfg.threads // 2)

    # Coming ------------------------------------------------------------------------------------------------------

    def accept(self, listener: Any) -> None:
        if self.cfg.is_ssl or self.cfg.protocol != "http":
            super().accept(listener)
            return
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections and self.arrivals:
            self.end(self.arrivals, next(iter(self.arrivals)))  # who has waited longest makes room
        paced = Paced(fileno=client.detach())
        paced.setblocking(False)
        self.expect(TConn(self.cfg, paced, address, listener.getsockname()))

    def expect(self, conn: TConn, already: bytes = b"") -> None:
        """Wait for a request, of which a part may be there already."""
        conn.sock.setblocking(False)
        self.arrivals[conn] = Arrival(time.monotonic() + HEAD_SECONDS)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.arriving, conn))
        if already:
            self.arrived(conn, already)

    def arriving(self, conn: TConn, _sock: Any) -> None:
        try:
            data = conn.sock.recv(2**16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.arrived(conn, data)
        else:
            self.end(self.arrivals, conn)

    def arrived(self, conn: TConn, data: bytes) -> None:
        arrival = self.arrivals[conn]
        had_head = arrival.needed is not None
        arrival.take(data)
        if arrival.needed is None and len(arrival.data) > MOST_HEAD:
            conn.sock.sendall(HEAD_TOO_LARGE)
            self.forget(self.arrivals, conn)
            self.leave(conn)
        elif arrival.is_complete:
            self.forget(self.arrivals, conn)
            self.hand_over(conn, arrival)
        elif sum(len(each.data) for each in self.arrivals.values()) > MOST_HELD:
            self.end(self.arrivals, conn)
        elif arrival.is_waited_for and not had_head and arrival.says_go_on():
            conn.sock.sendall(GO_ON)

    def hand_over(self, conn: TConn, arrival: Arrival) -> None:
        """Give the request a thread; a large one, which reads while it has it, only if others are left for the rest."""
        if not conn.initialized:
            conn.parser, conn.initialized = http.get_parser(self.cfg, conn.sock, conn.client), True
        conn.parser.unreader.unread(bytes(arrival.data))
        conn.sock.begin()
        if not arrival.is_large:
            self.enqueue_req(conn)
        elif len(self.large) < self.most_large:
            self.large.add(conn)
            self.enqueue_req(conn)
        else:
            self.large_waiting[conn] = time.monotonic() + QUEUE_SECONDS

    def on_client_socket_readable(self, conn: TConn, client: Any) -> None:
        """Somebody who stayed asks for more."""
        if conn not in self.keepalived_conns or not isinstance(conn.sock, Paced):
            super().on_client_socket_readable(conn, client)
            return
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self.expect(conn)

    def _keepalive_after(self, conn: TConn, keepalive: bool) -> bool:
        """gunicorn would read what is left of a long body first, in the thread."""
        return conn not in self.large and super()._keepalive_after(conn, keepalive)

    # Going -------------------------------------------------------------------------------------------------------

    def finish_request(self, conn: TConn, future: Any) -> None:
        if conn in self.large:
            self.large.remove(conn)
            if self.large_waiting:
                following = next(iter(self.large_waiting))
                del self.large_waiting[following]
                self.large.add(following)
                self.enqueue_req(following)
        if not isinstance(conn.sock, Paced):
            super().finish_request(conn, future)
            return
        try:
            stays = bool(future.result())
        except Exception:  # gunicorn's `handle` has told it
            stays = False
        if conn.sock.left_over:
            conn.sock.setblocking(False)
            conn.sock.begin()
            self.sending[conn] = stays
            self.poller.register(conn.sock, selectors.EVENT_WRITE, partial(self.send_on, conn))
            if sum(len(each.sock.left_over) for each in self.sending) > MOST_HELD:
                self.end(self.sending, next(iter(self.sending)))
        else:
            self.sent(conn, stays)

    def send_on(self, conn: TConn, _sock: Any) -> None:
        try:
            conn.sock.send_on()
        except OSError:
            conn.sock.left_over.clear()
            self.sending[conn] = False
        if not conn.sock.left_over:
            self.poller.unregister(conn.sock)
            self.sent(conn, self.sending.pop(conn))

    def sent(self, conn: TConn, stays: bool) -> None:
        """All of an answer is on its way. Whoever stays may ask for more."""
        if not stays:
            self.leave(conn)
        elif already := conn.parser.unreader.take_buffered():
            self.expect(conn, already)
        else:
            conn.sock.setblocking(False)
            conn.set_timeout()
            if not self.alive:
                conn.timeout = min(conn.timeout, time.monotonic() + STOPPING_SECONDS)
            self.keepalived_conns.append(conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.on_client_socket_readable, conn))

    def leave(self, conn: TConn) -> None:
        """Say no more, and listen until they have noticed: closed at once, they would never see a refusal.

        gunicorn does so in the loop itself, and everybody waits meanwhile.
        """
        try:
            conn.sock.shutdown(1)
            conn.sock.setblocking(False)
            self.poller.register(conn.sock, selectors.EVENT_READ, partial(self.hear_out, conn))
        except (OSError, ValueError):
            self.close(conn)
        else:
            self.leaving[conn] = time.monotonic() + LEAVING_SECONDS

    def hear_out(self, conn: TConn, _sock: Any) -> None:
        try:
            if conn.sock.recv(2**16):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.end(self.leaving, conn)

    def murder_pending(self) -> None:
        """Once a second: end what takes too long."""
        super().murder_pending()
        now = time.monotonic()
        if now - self.looked_at < 0.5:
            return
        self.looked_at = now
        patience = 0.0 if self.alive else LEAVING_SECONDS - STOPPING_SECONDS
        for conn in [conn for conn, arrival in self.arrivals.items() if arrival.until - patience < now]:
            self.end(self.arrivals, conn)
        for conn in [conn for conn, until in self.leaving.items() if until - patience < now]:
            self.end(self.leaving, conn)
        for conn in [conn for conn in self.sending if not conn.sock.keeps_pace(now)]:
            self.end(self.sending, conn)
        for conn in [conn for conn, until in self.large_waiting.items() if until < now]:
            del self.large_waiting[conn]
            self.close(conn)

    def forget(self, table: dict[TConn, Any], conn: TConn) -> None:
        self.poller.unregister(conn.sock)
        del table[conn]

    def end(self, table: dict[TConn, Any], conn: TConn) -> None:
        self.forget(table, conn)
        self.close(conn)

    def close(self, conn: TConn) -> None:
        self.nr_conns -= 1
        conn.close()
