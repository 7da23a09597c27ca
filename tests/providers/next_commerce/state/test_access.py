"""Which scopes an operation asks for, and what a token with some of them may do."""

from __future__ import annotations

import pytest

from mock_server.providers.next_commerce.routes import OPERATIONS
from mock_server.providers.next_commerce.state.access import SCOPES, is_allowed, wanted

MOVE = "/fulfillment-orders/5/move/"


@pytest.mark.parametrize(
    ("method", "path", "scopes"),
    [
        ("GET", "/orders/", ["orders:read"]),
        ("GET", "/orders", ["orders:read"]),
        ("HEAD", "/orders/100001/", ["orders:read"]),
        ("POST", "/orders/100001/refund/calculate/", ["orders:write"]),
        ("DELETE", "/orders/100001/lines/1/", ["orders:write"]),
        ("GET", "/users/1/orders/", ["users:read"]),
        ("GET", "/stockrecords/", ["catalogue:read"]),
        ("GET", "/gateway-groups/", ["gateways:read"]),
        ("GET", "/shipping-methods/", []),
        ("GET", "/locations/", ["fulfillment_service:read", "locations:read"]),
        ("GET", "/assigned-fulfillment-orders/", ["fulfillment_service:read"]),
        ("POST", "/fulfillment-orders/5/fulfillments/", ["fulfillment_service:write", "fulfillment_orders:write"]),
        ("POST", "/fulfillment-orders/5/fulfillment-request/", ["fulfillment_orders:write"]),
        (
            "POST", "/fulfillment-orders/5/fulfillment-request/accept/",
            ["fulfillment_service:write", "fulfillment_orders:write"],
        ),
        ("POST", MOVE, ["fulfillment_orders:write"]),
    ],
)  # fmt: skip
def test_what_is_wanted(method: str, path: str, scopes: list[str]) -> None:
    assert scopes == list(wanted(method, path))


@pytest.mark.parametrize(
    ("scopes", "method", "path", "expected"),
    [
        (["orders:read"], "GET", "/orders/", True),
        (["orders:read"], "POST", "/orders/", False),
        (["orders:write"], "GET", "/orders/", False),
        (["admin:read"], "GET", "/orders/", True),
        (["admin:read"], "POST", "/orders/", False),
        (["admin:write"], "POST", MOVE, True),
        (["fulfillment_service:write"], "POST", MOVE, False),
        (["fulfillment_service:write"], "POST", "/fulfillment-orders/5/close/", True),
        ([], "GET", "/shipping-methods/", True),
        ([], "GET", "/orders/", False),
    ],
)
def test_one_of_them_is_enough_and_admin_covers_its_verb(
    scopes: list[str], method: str, path: str, expected: bool
) -> None:
    assert expected == is_allowed(scopes, method, path)


def test_every_scope_that_is_wanted_can_be_asked_for() -> None:
    asked = {scope for op in OPERATIONS for scope in wanted(op.method, op.path.removeprefix("/api/admin"))}

    assert set() == asked - set(SCOPES)
