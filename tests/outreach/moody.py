"""A mail server whose mood a test sets, for everything that can go wrong between us and a real one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from crm.embedded.places import free_port


class MoodyServer:
    """Answers each command by `moods[command]`: a reply, "drop" (hang up) or "silence" (say nothing more).

    `for_mails` limits a mood to the first so many times, `mails_per_connection` is what some servers have.
    `accepted` holds what was taken. `pipelining` invites clients to say several commands at once.
    """

    def __init__(self) -> None:
        self.moods: dict[str, str] = {}
        self.pipelining = False
        self.for_mails = self.mails_per_connection = 10_000
        self.accepted: list[bytes] = []
        self.connections = 0
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def answer(self, command: str, server: SMTP, otherwise: str) -> str:
        mood = self.moods.get(command, otherwise)
        if mood == otherwise or self.for_mails == 0:
            return otherwise
        self.for_mails -= 1
        if mood == "drop":
            server.transport.abort()
        if mood in ("drop", "silence"):
            await asyncio.sleep(3600)
        return mood

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return ["250-PIPELINING", *responses] if self.pipelining else responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if len(self.accepted) == self.mails_per_connection * self.connections:
            return "421 Enough for one connection"
        reply = await self.answer("MAIL", server, "250 OK")
        if reply.startswith("250"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self.answer("RCPT", server, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = await self.answer("DATA", server, "250 OK")
        if reply.startswith("250"):
            self.accepted.append(envelope.original_content or b"")
        return reply


@contextmanager
def moody_server() -> Iterator[MoodyServer]:
    server = MoodyServer()
    server.controller.start()
    try:
        yield server
    finally:
        server.controller.stop()
