"""A website of MultiSafepay on a server with settings of its own, and the bodies that it may send."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask

from mock_server.app import create_app
from mock_server.providers.multisafepay.errors import Refused
from mock_server.providers.multisafepay.schemas.orders import load_order
from mock_server.settings import Settings
from tests.klarna import InProcess
from tests.multisafepay import MultiSafepay, line_of, order_of

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
# name of a gateway that takes every currency and looks at carts only when it is asked to
LAX = "VISA"


def app_with(**settings: Any) -> Flask:
    """A server of its own, at noon in the worlds ``test`` and ``default``."""
    app = create_app(Settings(**settings))
    for name in ("test", "default"):
        app.extensions["worlds"].get(name).clock.freeze(NOON)
    return app


def multisafepay_with(**settings: Any) -> MultiSafepay:
    return MultiSafepay(InProcess(app_with(**settings).test_client()), "test")


def without(body: dict[str, Any], path: str) -> dict[str, Any]:
    """The body without one field: ``without(order_of(), "delivery.city")``."""
    name, _, rest = path.partition(".")
    if rest:
        return body | {name: without(body[name], rest)}
    return {key: value for key, value in body.items() if key != name}


def with_line(**fields: Any) -> dict[str, Any]:
    """An order of 100.00 whose only line has these fields on top."""
    return order_of(shopping_cart={"items": [line_of(100, **fields)]})


def with_tables(**tables: Any) -> dict[str, Any]:
    """An order with other tax tables, and a line that takes the default."""
    line = line_of(100, tax_table_selector="")
    return order_of(shopping_cart={"items": [line]}, checkout_options={"tax_tables": tables})


def loaded(body: dict[str, Any], **settings: Any) -> dict[str, Any]:
    return load_order(body, Settings(**settings))


def refused(body: dict[str, Any], **settings: Any) -> tuple[str, list[str]]:
    """The error_code of a refused order, and the paths that the journal names; an accepted one fails the test."""
    try:
        load_order(body, Settings(**settings))
    except Refused as refusal:
        return refusal.code, [fault.path for fault in refusal.faults]
    raise AssertionError("the order was accepted")
