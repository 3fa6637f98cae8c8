"""A mail server that does nothing but count, in a process of its own: `python -m tests.bench.sink PORT`.

It takes every mail at once and keeps its Message-ID. `VRFY` answers how many mails came, how many of them are
different, and how many bytes they had.
"""

from __future__ import annotations

import asyncio
import re
import sys

MESSAGE_ID = re.compile(rb"\nMessage-ID: ([^\r\n]+)")
END = b"\r\n.\r\n"
ANSWERS = {
    b"EHLO": b"250-sink\r\n250-8BITMIME\r\n250 PIPELINING\r\n",
    b"DATA": b"354 Go on\r\n",
    b"QUIT": b"221 Bye\r\n",
}
ARRIVED: set[bytes] = set()
COUNTS = {"mails": 0, "bytes": 0}


class Sink(asyncio.Protocol):
    """One connection: lines until DATA, then a mail until its end, and again."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = bytearray()
        self.in_mail = False
        transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers = []
        while (end := self.buffer.find(END if self.in_mail else b"\r\n")) >= 0:
            answers.append(self.take_mail(end) if self.in_mail else self.take_line(end))
        if answers:
            self.transport.write(b"".join(answers))

    def take_mail(self, end: int) -> bytes:
        found = MESSAGE_ID.search(self.buffer, 0, end)
        ARRIVED.add(found[1] if found else b"")
        COUNTS["mails"] += 1
        COUNTS["bytes"] += end
        del self.buffer[: end + len(END)]
        self.in_mail = False
        return b"250 OK\r\n"

    def take_line(self, end: int) -> bytes:
        verb = bytes(self.buffer[:4]).upper()
        del self.buffer[: end + 2]
        self.in_mail = verb == b"DATA"
        if verb == b"VRFY":
            return b"250 %d %d %d\r\n" % (COUNTS["mails"], len(ARRIVED), COUNTS["bytes"])
        return ANSWERS.get(verb, b"250 OK\r\n")


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
