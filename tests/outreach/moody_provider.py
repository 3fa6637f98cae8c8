"""A provider's API whose mood a test sets: an HTTP server as django-anymail's Postmark backend wants one."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class MoodyProvider(ThreadingHTTPServer):
    """Answers by `mood`: "accept", "drop" (hangs up), "silence", or a status with the error of `told`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.mood: str | int = "accept"
        self.told: dict[str, Any] = {}
        self.mails: list[dict[str, Any]] = []
        self.connections: set[Any] = set()
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Handler(BaseHTTPRequestHandler):
    server: MoodyProvider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.server.connections.add(self.client_address)
        mail = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mood = self.server.mood
        if mood == "silence":
            self.server.released.wait(30)
        if mood in ("drop", "silence"):
            self.close_connection = True
            return
        if mood == "accept":
            self.server.mails.append(mail)
            name = f"mail-{len(self.server.mails)}"
            self.answer(200, {"ErrorCode": 0, "Message": "OK", "MessageID": name, "To": mail["To"]})
        else:
            self.answer(int(mood), self.server.told)

    def answer(self, status: int, told: dict[str, Any]) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Nobody reads it."""


@contextmanager
def moody_provider() -> Iterator[MoodyProvider]:
    with MoodyProvider() as provider:
        thread = threading.Thread(target=provider.serve_forever)
        thread.start()
        try:
            yield provider
        finally:
            provider.released.set()
            provider.shutdown()
            thread.join()
