"""`python -m crm.supervisor.mailcatcher PORT FOLDER`: keep all mail as files instead of delivering it."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from itertools import count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT = 1000


class Catcher:
    """Writes each message to a file whose name sorts by arrival, and forgets the oldest."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.numbers = count()
        self.kept = deque(sorted(folder.glob("*.eml")))

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        path = self.folder / f"{time.time_ns()}-{next(self.numbers)}.eml"
        path.write_bytes(envelope.original_content or b"")
        self.kept.append(path)
        while len(self.kept) > KEPT:
            self.kept.popleft().unlink(missing_ok=True)
        return "250 Kept"


async def catch(port: int, folder: Path) -> None:
    catcher = Catcher(folder)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(catcher), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(catch(int(sys.argv[1]), Path(sys.argv[2])))
