"""A receiver of Alertmanager's webhooks on loopback: each message as it came, with its time."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(slots=True)
class Webhook:
    """`messages` are (seconds since the epoch, the body)."""

    messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)
    port: int = 0

    def start(self) -> None:
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                hook.messages.append((time.time(), body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: the figures are what is printed."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def alerts(self) -> list[tuple[float, dict[str, Any]]]:
        """Each alert of each message, with the message's time."""
        return [(at_s, alert) for at_s, body in self.messages for alert in body["alerts"]]
