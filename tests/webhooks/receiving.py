"""A receiver of webhooks: a real web server in this process that answers as it is told."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.utils import timezone

from crm.core.models import WebhookDelivery, WebhookSubscription
from crm.core.webhooks.subscriptions import subscribe
from customers.events import InteractionLogged
from tests.factories import create_user


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def told(self) -> dict[str, Any]:
        return json.loads(self.body)


@dataclass
class Receiver:
    """What has come, and what is answered: the statuses of `answers` in turn, then 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    words: bytes = b"thanks"
    location: str = ""
    etag: str = ""
    holds: threading.Event | None = None  # no answer before it is set
    drips: bool = False  # a byte at a time, for ever

    @property
    def ids(self) -> list[str]:
        return [one.told["id"] for one in self.received]

    def wait_for(self, count: int, *, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while len(self.received) < count:
            assert time.monotonic() < deadline, f"only {len(self.received)} came in {seconds} s"
            time.sleep(0.02)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        receiver = self.receiver
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.received.append(Received(self.path, headers, body))
        if receiver.holds:
            receiver.holds.wait(30)
        self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
        if receiver.location:
            self.send_header("Location", receiver.location)
        if receiver.etag:
            self.send_header("ETag", receiver.etag)
        self.send_header("Content-Length", str(len(receiver.words)))
        self.end_headers()
        if receiver.drips:
            self.drip()
        self.wfile.write(receiver.words)

    do_GET = do_POST = answer

    def drip(self) -> None:
        for byte in self.receiver.words:
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing of it belongs into the tests' output."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Askers that hang up are what these tests are about."""


@contextmanager
def receiving(
    host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None
) -> Iterator[Receiver]:
    receiver = Receiver()
    server = Server((host, port), type("Answers", (Handler,), {"receiver": receiver}))
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    receiver.url = f"http{'s' if tls else ''}://{host}:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.holds:
            receiver.holds.set()
        server.shutdown()
        server.server_close()
        thread.join()


def subscribed(receiver: Receiver, *events: str) -> tuple[WebhookSubscription, str]:
    return subscribe(
        name="ERP",
        url=receiver.url,
        events=events or [InteractionLogged.name],
        made_by=create_user(role="admin", email=f"{uuid.uuid4()}@ours.example"),
    )


def is_genuine(received: Received, secret: str) -> bool:
    """The recipe of docs/webhooks.md."""
    timestamp = received.headers["perennial-timestamp"]
    signed = timestamp.encode() + b"." + received.body
    expected = "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    fresh = abs(time.time() - int(timestamp)) < 300
    return fresh and hmac.compare_digest(expected, received.headers["perennial-signature"])


def make_due() -> None:
    """As if the time until the next attempt had gone by."""
    WebhookDelivery.objects.update(due_at=timezone.now())
    WebhookSubscription.objects.update(resting_until=None)
