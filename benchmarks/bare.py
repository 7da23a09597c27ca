"""The yardstick: a Flask application on this project's server that parses and answers the same JSON, and no more."""

from __future__ import annotations

from typing import Any

from flask import Flask, request

from benchmarks import messages
from mock_server.web.serving import serve

_SESSION_ID = "0b1d9815-165e-42e2-8867-35bc03789e00"
_CATEGORIES = [
    {"identifier": identifier, "name": name, "asset_urls": {"descriptive": "x" * 63, "standard": "x" * 63}}
    for identifier, name in (("pay_later", "Buy now, pay later"), ("pay_over_time", "Financing"), ("pay_now", "Pay"))
]
# of the size of the emulated answers
_SESSION = {"session_id": _SESSION_ID, "client_token": "x" * 1200, "payment_method_categories": _CATEGORIES}
_READ = messages.PURCHASE | _SESSION
_ORDER = {
    "order_id": _SESSION_ID, "redirect_url": "x" * 100, "fraud_status": "ACCEPTED",
    "authorized_payment_method": {"type": "invoice"},
}  # fmt: skip


def create_app() -> Flask:
    """Three views; bodies are parsed and not looked at."""
    app = Flask(__name__, static_folder=None)

    @app.post("/payments/v1/sessions")
    def create_session() -> dict[str, Any]:
        return _SESSION if request.get_json() else {}

    @app.get("/payments/v1/sessions/<session_id>")
    def read_session(session_id: str) -> dict[str, Any]:
        return _READ if session_id else {}

    @app.post("/payments/v1/authorizations/<token>/order")
    def create_order(token: str) -> dict[str, Any]:
        return _ORDER if request.get_json() and token else {}

    return app


def main() -> None:
    """Serve on a free port and print the address, as ``klarna-mock serve --port 0`` does."""
    serve(
        create_app(), "127.0.0.1", 0, threads=64,
        on_ready=lambda port: print(f"bare on http://127.0.0.1:{port}", flush=True),
    )  # fmt: skip


if __name__ == "__main__":
    main()
