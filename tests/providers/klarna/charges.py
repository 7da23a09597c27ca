"""Customer tokens for tests, and charges of them."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from .conftest import Klarna, token_request_of

TOKENS = "/customer-token/v1/tokens"
AMERICAN = {"given_name": "Ann", "family_name": "Lee", "email": "ann@shop.test", "country": "US", "region": "CA"}
IN_AMERICA = {"purchase_country": "US", "purchase_currency": "USD", "locale": "en-US"}


def charge_of(amount: int = 1000, **fields: Any) -> dict[str, Any]:
    """One box of tea without tax, for a token of Sweden; ``fields`` come on top."""
    line = {"name": "Tea", "quantity": 1, "unit_price": amount, "total_amount": amount}
    return {
        "purchase_currency": "SEK", "order_amount": amount, "order_tax_amount": 0, "order_lines": [line], **fields,
    }  # fmt: skip


def token_of(klarna: Klarna, category: str = "", **fields: Any) -> str:
    """A customer token; ``fields`` are those of the session, ``category`` is what the shopper chose to pay with."""
    session_id = klarna.session_id(intent="tokenize", **fields)
    # whoever may not be authorized is, so that the token of a test shopper can be had too
    granted = klarna.call(
        "POST", "/_mock/klarna/authorizations", {"session_id": session_id, "payment_method_category": category},
        X_Mock_Outcome="accepted",
    )  # fmt: skip
    names = ("purchase_country", "purchase_currency", "locale")
    request = token_request_of(**{name: fields[name] for name in names if name in fields})
    answer = klarna.create_customer_token(granted.get_json()["authorization_token"], request)
    assert 200 == answer.status_code, answer.text
    return str(answer.get_json()["token_id"])


def token_of_american(klarna: Klarna, email: str = "ann@shop.test") -> str:
    """Of one who pays in four interest-free payments, as in the recorded calls."""
    address = AMERICAN | {"email": email}
    return token_of(klarna, "pay_over_time", **IN_AMERICA, billing_address=address)


def read(klarna: Klarna, token: str, **headers: str) -> TestResponse:
    return klarna.call("GET", f"{TOKENS}/{token}", **headers)


def charge(klarna: Klarna, token: str, body: dict[str, Any] | None = None, **headers: str) -> TestResponse:
    return klarna.call("POST", f"{TOKENS}/{token}/order", charge_of() if body is None else body, **headers)


def cancel(klarna: Klarna, token: str, status: Any = "CANCELLED") -> TestResponse:
    return klarna.call("PATCH", f"{TOKENS}/{token}/status", {"status": status})


def change(klarna: Klarna, token: str, **changes: Any) -> TestResponse:
    """What Klarna or its customer do to a token."""
    return klarna.call("POST", f"/_mock/klarna/customer-tokens/{token}", changes)


def placed(klarna: Klarna) -> list[dict[str, Any]]:
    return list(klarna.world.store.all("orders"))
