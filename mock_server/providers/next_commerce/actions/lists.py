"""Lists and their filters: orders, transactions, customers and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from mock_server.core.clock import parse_time
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.cards import brand_of
from mock_server.providers.next_commerce.state.money import local
from mock_server.providers.next_commerce.state.inline_views import ATTRIBUTION

Query = Mapping[str, str]
Test = Callable[[Record, str], bool]
_TRUE = ("true", "1", "yes", "on")


def listed(world: World, kind: str, query: Query, tests: Mapping[str, Test]) -> list[Record]:
    """Records of a kind, newest first, for which every filter of the query holds; unknown parameters are passed over.

    Raises InvalidFields for a date that is none.
    """
    return list(_suitable(world, records.newest(world, kind), query, tests))


def _suitable(world: World, found: Iterator[Record], query: Query, tests: Mapping[str, Test]) -> Iterator[Record]:
    asked = {name: value for name, value in query.items() if name in tests and value != ""}
    return (each for each in found if all(tests[name](each, value) for name, value in asked.items()))


def words(value: str) -> list[str]:
    """A parameter of several values, comma separated."""
    return [word.strip() for word in value.split(",") if word.strip()]


def one_of(read: Callable[[Record], Any]) -> Test:
    """Whether a record's value is one of those asked for."""

    def test(record: Record, value: str) -> bool:
        found = read(record)
        return found is not None and str(found) in words(value)

    return test


def any_of(read: Callable[[Record], Any]) -> Test:
    """Whether one of a record's values is one of those asked for."""
    return lambda record, value: bool({str(each) for each in read(record) if each is not None} & set(words(value)))


def flag(read: Callable[[Record], Any]) -> Test:
    return lambda record, value: bool(read(record)) == (value.lower() in _TRUE)


def holds(read: Callable[[Record], Any]) -> Test:
    """Whether a record's text holds what is asked for, in any case."""
    return lambda record, value: value.lower() in str(read(record) or "").lower()


def dated(world: World, member: str, name: str, is_from: bool) -> Test:
    """Whether a record's time is on or after, on or before, a day of the store's calendar. Raises InvalidFields."""

    def test(record: Record, value: str) -> bool:
        try:
            day = datetime.strptime(value[:10], "%Y-%m-%d").date()
        except ValueError as error:
            raise InvalidFields.at(name, "Enter a valid date.", f"{name} is {value!r}, expected YYYY-MM-DD") from error
        if not record[member]:
            return False
        own = local(world, parse_time(record[member])).date()
        return own >= day if is_from else own <= day

    return test


def attributed(read: Callable[[Record], Mapping[str, Any]]) -> dict[str, Test]:
    """The filters over attribution that every list of sales has."""

    def of(name: str) -> Test:
        return one_of(lambda record: read(record).get(name))

    own = {name: of(name) for name in ATTRIBUTION if name != "metadata"}
    return {**own, "funnels": own["funnel"], "agents": of("agent")}


def list_orders(world: World, query: Query) -> list[Record]:
    """Source: schema 2024-04-01, ordersList (read 2026-11-21)."""
    tests: dict[str, Test] = {
        **attributed(lambda order: order["attribution"]),
        "search_text": holds(_searchable),
        "address": holds(lambda order: " ".join(_texts(order["shipping_address"]) + _texts(order["billing_address"]))),
        "order_number": one_of(lambda order: order["number"]),
        "name": holds(lambda order: f"{order['user']['first_name']} {order['user']['last_name']}"),
        "product": any_of(lambda order: [line["product_id"] for line in order["lines"]]),
        "sku": any_of(lambda order: [line["sku"] for line in order["lines"]]),
        "location_id": any_of(lambda order: [each["location_id"] for each in order["fulfillment_orders"]]),
        "status": one_of(lambda order: order["status"]),
        "payment_method": any_of(orders.payment_methods),
        "currency": one_of(lambda order: order["currency"]),
        "fulfillment_status": one_of(lambda order: order["fulfillment_status"]),
        "delivery_status": any_of(lambda order: [each["delivery_status"] for each in order["fulfillments"]]),
        "payment_status": one_of(orders.payment_status),
        "subscription_lifecycle": one_of(lambda order: order["lifecycle"]),
        "date_placed_from": dated(world, "date_placed", "date_placed_from", True),
        "date_placed_to": dated(world, "date_placed", "date_placed_to", False),
        "coupon_code": any_of(lambda order: [each["voucher"]["code"] for each in order["discounts"]]),
        "tags": any_of(lambda order: order["tags"]),
        "offers": any_of(lambda order: [each["offer_id"] for each in order.get("offers", ())]),
        "countries": any_of(lambda order: [address["country"] for address in _addresses(order)]),
        "sources": one_of(lambda order: order["source"]),
        "is_disputed": flag(lambda order: False),
        "has_outstanding_balance": flag(orders.outstanding),
        "has_split_fulfillment": flag(lambda order: len(order["fulfillment_orders"]) > 1),
        "is_test": flag(lambda order: order["is_test"]),
    }
    return listed(world, orders.KIND, query, tests)


def _searchable(order: Record) -> str:
    user = order["user"]
    return " ".join((order["number"], *(str(user.get(name) or "") for name in ("email", "first_name", "last_name"))))


def _addresses(order: Record) -> list[Record]:
    return [address for address in (order["shipping_address"], order["billing_address"]) if address]


def _texts(address: Record | None) -> list[str]:
    return [str(value) for value in (address or {}).values() if isinstance(value, str)]


def list_transactions(world: World, query: Query) -> list[Record]:
    """Source: schema 2024-04-01, transactionsList (read 2026-11-21)."""
    tests: dict[str, Test] = {
        **attributed(lambda transaction: _attribution(world, transaction)),
        "external_id": one_of(lambda t: t["external_id"]),
        "date_created_from": dated(world, "created_at", "date_created_from", True),
        "date_created_to": dated(world, "created_at", "date_created_to", False),
        "type": one_of(lambda t: t["type"]),
        "card_type": one_of(lambda t: brand_of(t["card"]) if t["card"] else None),
        "bankcard_first_six": one_of(lambda t: (t["card"] or {}).get("first_six")),
        "bankcard_last_four": one_of(lambda t: (t["card"] or {}).get("last_four")),
        "gateway_id": one_of(lambda t: (t["gateway"] or {}).get("id")),
        "payment_method": one_of(lambda t: t["payment_method"]),
        "amount_min": _amount("amount_min", lambda amount, bound: amount >= bound),
        "amount_max": _amount("amount_max", lambda amount, bound: amount <= bound),
        "currency": one_of(lambda t: t["currency"]),
        "core_transaction_code": one_of(lambda t: t["response_code"]),
        "status": one_of(lambda t: t["status"]),
        "auth_code": one_of(lambda t: t["auth_code"]),
        "network_transaction_id": lambda t, value: False,
        "is_3ds": flag(lambda t: t["is_3ds"]),
        "optimized_3ds": flag(lambda t: False),
        "is_initial_retry": flag(lambda t: False),
        "subscription_life_cycle": one_of(lambda t: "recurring" if t["subscription"] else "non-recurring"),
        "is_external": flag(lambda t: t["is_external"]),
        "is_test": flag(lambda t: t["is_test"]),
    }
    return listed(world, "transactions", query, tests)


def _attribution(world: World, transaction: Record) -> Mapping[str, Any]:
    order = orders.find(world, transaction["order"]) if transaction["order"] else None
    found: Mapping[str, Any] = order["attribution"] if order else {}
    return found


def _amount(name: str, suits: Callable[[float, float], bool]) -> Test:
    def test(transaction: Record, value: str) -> bool:
        try:
            bound = float(value)
        except ValueError as error:
            raise InvalidFields.at(name, "Enter a number.", f"{name} is {value!r}, expected a number") from error
        return suits(transaction["amount"] / 100, bound)

    return test
