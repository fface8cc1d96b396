"""A connection whose other side has to keep a pace, however little it sends or reads at a time."""

import errno
import select
import socket
import time
from typing import Any

SLOWEST = 16 * 1024  # bytes a second: a telephone at the edge of its network
GRACE = 20.0  # seconds that may be lost, all together, by being slower
MOST_LEFT_OVER = 2 * 2**20  # bytes of an answer, so that whoever made it need not wait for its reader


class Paced(socket.socket):
    """A socket that ends what is too slow: by ConnectionResetError, as if the other side had gone away.

    Whoever is slower than SLOWEST uses up GRACE, and earns it back by being faster; only waiting counts. What `sendall`
    cannot send at once is left over, up to a limit, for `send_on`.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.left_over = bytearray()
        self.begin()

    def begin(self) -> None:
        """A new request: what was lost before is forgotten."""
        self._credit = GRACE
        self._asked_at = time.monotonic()

    def keeps_pace(self, now: float) -> bool:
        """For who waits in a loop and asks this now and then, by `time.monotonic`: all time since then is lost."""
        self._credit -= now - self._asked_at
        self._asked_at = now
        return self._credit > 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self.gettimeout() != 0.0:
            self._wait_for(select.POLLIN)
        data = super().recv(size, flags)
        self._earn(len(data))
        return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        view = memoryview(data).cast("B")
        if self.left_over:
            self.send_on()
        if not self.left_over:
            view = view[self._send_now(view) :]
        while len(self.left_over) + len(view) > MOST_LEFT_OVER:
            self._wait_for(select.POLLOUT)
            if self.left_over:
                self.send_on()
            else:
                view = view[self._send_now(view) :]
        self.left_over += view

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        file.seek(offset)
        sent = 0
        while (count is None or sent < count) and (
            piece := file.read(2**16 if count is None else min(2**16, count - sent))
        ):
            self.sendall(piece)
            sent += len(piece)
        return sent

    def send_on(self) -> None:
        """Send of what is left over as much as goes without waiting."""
        sent = self._send_now(memoryview(bytes(self.left_over[: 2**18])))
        del self.left_over[:sent]

    def _send_now(self, view: memoryview) -> int:
        try:
            sent = super().send(view, socket.MSG_DONTWAIT) if view else 0
        except BlockingIOError:
            return 0
        self._earn(sent)
        return sent

    def _wait_for(self, event: int) -> None:
        before = time.monotonic()
        most = self.gettimeout()  # gunicorn sets one where it discards the rest of a body
        seconds = self._credit if most is None else min(self._credit, most)
        poll = select.poll()
        poll.register(self, event)
        if not poll.poll(max(seconds, 0.0) * 1000):
            raise ConnectionResetError(errno.ECONNRESET, "too slow")
        self._credit -= time.monotonic() - before

    def _earn(self, moved: int) -> None:
        self._credit = min(GRACE, self._credit + moved / SLOWEST)
