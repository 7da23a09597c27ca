"""Whose a record is: which market it is sold in, which customer's it is, and who may therefore see it.

Source: docs.commercelayer.io, roles and permissions (read 2026-11-21).
"""

from __future__ import annotations

from dataclasses import dataclass

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.state import records

_OF_CUSTOMERS = ("customers", "customer_addresses", "customer_payment_sources")


@dataclass(frozen=True)
class Viewer:
    """Who looks, as the access token says."""

    is_sales: bool = False  # a sales channel, which may do less
    market_ids: tuple[str, ...] = ()  # that the token is for; none: all
    customer_id: str = ""  # the customer who logged in


def check(world: World, viewer: Viewer, record: Record) -> None:
    """Raises RecordNotFound for what is not sold to the viewer, AccessDenied for what is another customer's."""
    if not is_offered(world, viewer, record):
        raise errors.RecordNotFound.because(f"{record['type']} {record['id']} is of another market, or disabled")
    if not viewer.is_sales:
        return
    owner = record["id"] if record["type"] == "customers" else (record["relations"].get("customer") or ("", ""))[1]
    if record["type"] in _OF_CUSTOMERS and owner != viewer.customer_id:
        raise errors.AccessDenied.because(f"{record['type']} {record['id']} is not of the customer who logged in")
    order = _order_of(world, record)
    owner = (order["relations"].get("customer") or ("", ""))[1] if order else ""
    if order is not None and not order["attributes"]["guest"] and owner != viewer.customer_id:
        raise errors.AccessDenied.because(f"order {order['id']} is of a customer who logged in, and did not here")


def is_offered(world: World, viewer: Viewer, record: Record) -> bool:
    """Whether it is of a market of the token; through a sales channel disabled payment methods are not there."""
    if viewer.is_sales and record["type"] == "payment_methods" and record["attributes"].get("disabled_at"):
        return False
    if not viewer.market_ids:
        return True
    if record["type"] == "prices":
        markets = (records.find(world, "markets", id_) for id_ in viewer.market_ids)
        return record["relations"].get("price_list") in [each["relations"]["price_list"] for each in markets if each]
    order = _order_of(world, record)
    market = order["relations"].get("market") if order else record["relations"].get("market")
    return market is None or market[1] in viewer.market_ids


def _order_of(world: World, record: Record) -> Record | None:
    return record if record["type"] == "orders" else records.follow(world, record["relations"].get("order"))
