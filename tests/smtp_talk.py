"""One talk between a sender and tests/smtp.py's server: its steps, and what may go wrong at each."""

import asyncio
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import aiosmtpd.smtp


class Step(Enum):
    """Where in the talk something happens: before our answer to what is named."""

    CONNECT = "connect"  # instead of the greeting
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"  # before the body is sent
    BODY = "body"  # in the middle of the body: a line of it has come, and then the server always hangs up
    END = "end"  # the body has come whole; with `drop`, the letter is taken, and the sender never hears so


class Security(Enum):
    NONE = "none"
    STARTTLS = "starttls"  # and nothing goes without
    IMPLICIT = "implicit"  # TLS from the first byte, as on port 465


@dataclass
class Trouble:
    at: Step
    reply: str | None  # what the server says instead; None: it hangs up
    to: str | None  # only where this address is concerned (MAIL: the sender; later: a recipient)
    times: int | None  # how often it still happens; None: always


@dataclass
class Hold:
    """Somebody who is kept waiting at a step until `release` is called, or the seconds are over."""

    at: Step
    seconds: float | None
    loop: asyncio.AbstractEventLoop
    reached: threading.Event = field(default_factory=threading.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        self.loop.call_soon_threadsafe(self.released.set)


class Talk(aiosmtpd.smtp.SMTP):
    """One connection. aiosmtpd speaks; at each step it looks first whether there is trouble."""

    def __init__(self, server: Any) -> None:
        self.server = server
        starttls = server.security is Security.STARTTLS
        super().__init__(
            _Steps(self),
            hostname=server.host,
            tls_context=server.certificate_context() if starttls else None,
            require_starttls=starttls,
            auth_require_tls=starttls,
            authenticator=self._who_is,
            loop=server.loop,
        )

    def _who_is(self, smtp: Any, session: Any, envelope: Any, by: str, said: Any) -> aiosmtpd.smtp.AuthResult:
        known = (said.login.decode(), said.password.decode()) == self.server.login
        return aiosmtpd.smtp.AuthResult(success=known, handled=False, auth_data=said if known else None)

    async def come_to(self, at: Step, concerned: list[str]) -> str | None:
        """What is to be said instead of going on, or None. Comes back no more where the server hangs up."""
        await self.wait_at(at)
        trouble = self.server.trouble_at(at, concerned)
        if trouble and trouble.reply is None:
            await self.leave()
        return trouble.reply if trouble else None

    async def wait_at(self, at: Step) -> None:
        for hold in self.server.holds_at(at):
            hold.reached.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(hold.released.wait(), hold.seconds)

    async def leave(self) -> None:
        self.hang_up()
        await asyncio.Event().wait()  # the loss of the connection ends this task

    def hang_up(self) -> None:
        for transport in (self.transport, self._original_transport):
            if transport is not None:
                transport.abort()  # type: ignore[attr-defined]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.server.sessions.add(self)
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        self.server.connections += 1
        if reply := await self.come_to(Step.CONNECT, []):
            await self.push(reply)
            self.transport.close()
        else:
            await super()._handle_client()

    async def smtp_AUTH(self, arg: str) -> None:
        if reply := await self.come_to(Step.LOGIN, []):
            return await self.push(reply)
        return await super().smtp_AUTH(arg)

    async def smtp_DATA(self, arg: str) -> None:
        concerned = self.envelope.rcpt_tos
        if reply := await self.come_to(Step.DATA, concerned):
            return await self.push(reply)
        if concerned and (self.server.holds_at(Step.BODY) or self.server.trouble_at(Step.BODY, concerned)):
            await self.push("354 Go on")
            await self._reader.readuntil(b"\r\n")
            await self.wait_at(Step.BODY)
            await self.leave()
        return await super().smtp_DATA(arg)


class _Steps:
    """What aiosmtpd asks at each step. It calls these by their names."""

    def __init__(self, session: Talk) -> None:
        self.session = session

    async def handle_EHLO(self, smtp: Any, session: Any, envelope: Any, hostname: str, said: list[str]) -> list[str]:
        session.host_name = hostname
        return [line for line in said if self.session.server.login or not line.startswith("250-AUTH")]

    async def handle_MAIL(self, smtp: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.session.server.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        reply = await self.session.come_to(Step.MAIL, [address])
        if not reply:
            envelope.mail_from = address
        return reply or "250 OK"

    async def handle_RCPT(self, smtp: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        reply = await self.session.come_to(Step.RCPT, [address])
        if not reply:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, smtp: Any, session: Any, envelope: Any) -> str:
        """A letter is taken before the server hangs up: then its sender does not know."""
        server = self.session.server
        trouble = server.trouble_at(Step.END, envelope.rcpt_tos)
        if trouble and trouble.reply:
            return trouble.reply
        server.take(envelope, session)
        await self.session.wait_at(Step.END)
        if trouble:
            await self.session.leave()
        return "250 OK"
