"""A mail server that does to us what mail servers do: accept, refuse, take its time, hang up, ask who we are.

    with mail_server() as server:                # or the fixture of that name
        settings.EMAIL_HOST = ...                    # each of `server.settings`; for ./run, `server.environment`
        server.refuse(Step.RCPT, "450 4.2.0 Greylisted", times=1)
        ...
        assert [letter.message_id for letter in server.received] == [...]

It speaks real SMTP (aiosmtpd) from a thread of its own, on a port that is free.
"""

import asyncio
import socket
import ssl
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import aiosmtpd.smtp
import pytest

from tests.certificates import Certificate, self_made
from tests.smtp_talk import Hold, Security, Step, Talk, Trouble


@dataclass(frozen=True)
class Received:
    """One letter that was taken: its envelope and what was in it."""

    mail_from: str
    rcpt_tos: list[str]
    content: bytes
    encrypted: bool
    user: str | None  # who had signed in

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value]

    @property
    def message_id(self) -> str:
        return self.message["Message-ID"]


class MailServer:
    def __init__(self, security: Security, login: tuple[str, str] | None, certificate: Certificate) -> None:
        self.security, self.login, self.certificate = security, login, certificate
        self.received: list[Received] = []
        self.connections = 0  # how many came, whatever became of them
        self._arrived = threading.Condition()
        self._troubles: list[Trouble] = []
        self._holds: list[Hold] = []
        self.sessions: set[Talk] = set()
        self.loop = asyncio.new_event_loop()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.host, self.port = "localhost", self._door.getsockname()[1]

    # What it is told to do -------------------------------------------------------------------------------------------

    def refuse(self, at: Step, reply: str, *, to: str | None = None, times: int | None = None) -> None:
        """Answer so ("450 4.2.0 Later", "550 5.1.1 Nobody of this name") instead of going on."""
        assert at is not Step.BODY, "no server answers in the middle of the body"
        self._troubles.append(Trouble(at, reply, to, times))

    def drop(self, at: Step, *, to: str | None = None, times: int | None = None) -> None:
        """Hang up without a word."""
        self._troubles.append(Trouble(at, None, to, times))

    def hold(self, at: Step, seconds: float | None = None) -> Hold:
        """Keep everybody waiting there; then go on as if nothing had been."""
        self._holds.append(Hold(at, seconds, self.loop))
        return self._holds[-1]

    def be_well(self) -> None:
        """Accept everything again, from now on and from those who wait."""
        self._troubles.clear()
        while self._holds:
            self._holds.pop().release()

    def wait_for(self, letters: int, seconds: float = 60) -> list[Received]:
        """What has been taken, as soon as it is so many; or an error after so many seconds."""
        with self._arrived:
            enough = self._arrived.wait_for(lambda: len(self.received) >= letters, seconds)
            assert enough, f"{len(self.received)} of {letters} letters came in {seconds} seconds"
            return list(self.received)

    # How one sends to it ---------------------------------------------------------------------------------------------

    @property
    def settings(self) -> dict[str, Any]:
        """Django's. With TLS, Django trusts the certificate only if `environment`'s SSL_CERT_FILE is set as well."""
        user, password = self.login or ("", "")
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": self.host,
            "EMAIL_PORT": self.port,
            "EMAIL_HOST_USER": user,
            "EMAIL_HOST_PASSWORD": password,
            "EMAIL_USE_TLS": self.security is Security.STARTTLS,
            "EMAIL_USE_SSL": self.security is Security.IMPLICIT,
        }

    @property
    def environment(self) -> dict[str, str]:
        """For a `./run` that is to send to this server; with SSL_CERT_FILE, for which the certificate is good."""
        user, password = self.login or ("", "")
        given = {"EMAIL_HOST": self.host, "EMAIL_PORT": str(self.port), "EMAIL_USER": user, "EMAIL_PASSWORD": password}
        return {**{name: value for name, value in given.items() if value}, "SSL_CERT_FILE": str(self.certificate.chain)}

    # What it does ----------------------------------------------------------------------------------------------------

    @contextmanager
    def running(self) -> Iterator["MailServer"]:
        ready, over = threading.Event(), asyncio.Event()

        async def serve() -> None:
            implicit = self.security is Security.IMPLICIT
            context = {"ssl": self.certificate_context()} if implicit else {}
            async with await self.loop.create_server(lambda: Talk(self), sock=self._door, **context):
                ready.set()
                await over.wait()
                for session in self.sessions:
                    session.hang_up()
                await asyncio.sleep(0.01)  # until each has been told

        def run() -> None:
            with asyncio.Runner(loop_factory=lambda: self.loop) as runner:
                runner.run(serve())

        thread = threading.Thread(target=run, name="mail server")
        thread.start()
        try:
            assert ready.wait(60)
            yield self
        finally:
            self.loop.call_soon_threadsafe(over.set)
            thread.join()

    def certificate_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.certificate)
        return context

    def take(self, envelope: aiosmtpd.smtp.Envelope, session: aiosmtpd.smtp.Session) -> None:
        login = session.auth_data
        encrypted = session.ssl is not None or self.security is Security.IMPLICIT
        user = login.login.decode() if login else None
        with self._arrived:
            taken = Received(envelope.mail_from, list(envelope.rcpt_tos), envelope.content, encrypted, user)
            self.received.append(taken)
            self._arrived.notify_all()

    def trouble_at(self, at: Step, concerned: list[str]) -> Trouble | None:
        """The next that is to happen there, which has then happened."""
        for trouble in self._troubles:
            if trouble.at is at and trouble.times != 0 and (trouble.to is None or trouble.to in concerned):
                trouble.times = None if trouble.times is None else trouble.times - 1
                return trouble
        return None

    def holds_at(self, at: Step) -> list[Hold]:
        return [hold for hold in self._holds if hold.at is at]


@contextmanager
def mail_server(security: Security = Security.NONE, *, login: tuple[str, str] | None = None) -> Iterator[MailServer]:
    """A server that accepts everything, until it is told otherwise. With `login`, only from who signs in by it."""
    with tempfile.TemporaryDirectory() as folder:
        certificate = self_made(Path(folder), "localhost", "127.0.0.1")
        with MailServer(security, login, certificate).running() as server:
            yield server


@pytest.fixture(name="mail_server")
def _mail_server() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server
