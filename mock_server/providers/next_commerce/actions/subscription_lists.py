"""Lists of subscriptions, and of what was charged for one."""

from __future__ import annotations

from collections.abc import Iterator

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import charging
from mock_server.providers.next_commerce.actions.lists import (
    Query,
    Test,
    any_of,
    attributed,
    dated,
    flag,
    holds,
    listed,
    one_of,
)
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.cards import brand_of, card_of
from mock_server.providers.next_commerce.state.subscriptions import KIND, shown_method, user_of

_NAMES = ("first_name", "last_name")


def list_subscriptions(world: World, query: Query) -> list[Record]:
    """Newest first. Every gateway is active; ``limit`` and unknown parameters are passed over. Raises InvalidFields.

    Source: schema 2024-04-01, subscriptionsList (read 2026-11-21).
    """
    tests: dict[str, Test] = {
        **attributed(lambda found: found["attribution"]),
        **_of_customer(world),
        **_of_payment(world),
        **_of_time(world),
        "status": one_of(lambda found: found["status"]),
        "product": any_of(lambda found: [line["product_id"] for line in found["lines"]]),
        "sku": any_of(lambda found: [line["sku"] for line in found["lines"]]),
        "order_number": any_of(lambda found: [each["order_number"] for each in found["orders"]]),
        "cancel_reason": one_of(lambda found: found["cancel_reason"]),
        "recoveries_source": one_of(lambda found: (found["recovered"] or {}).get("source")),
        "is_test": flag(lambda found: found["is_test"]),
    }
    return listed(world, KIND, query, tests)


def _of_customer(world: World) -> dict[str, Test]:
    def texts(found: Record, *names: str) -> str:
        user = user_of(world, found)
        return " ".join(str(user.get(name) or "") for name in names)

    addresses = ("shipping_address", "billing_address")
    return {
        "search_text": holds(lambda found: f"{found['id']} {texts(found, *_NAMES, 'email', 'phone_number')}"),
        "address": holds(lambda found: " ".join(text for name in addresses for text in _texts(found[name]))),
        "customer_email": holds(lambda found: texts(found, "email")),
        "customer_phone_number": lambda found, value: value.strip() in texts(found, "phone_number"),  # "+1" is " 1"
    }


def _texts(address: Record | None) -> Iterator[str]:
    return (value for value in (address or {}).values() if isinstance(value, str))


def _of_payment(world: World) -> dict[str, Test]:
    def brand(found: Record) -> str | None:
        token = found["payment"]["card_token"]
        return brand_of(card_of(world, token)) if token else None

    return {
        "gateway": one_of(lambda found: found["payment"]["gateway_id"]),
        "gateway_status": one_of(lambda found: "active"),
        "payment_method": one_of(lambda found: shown_method(found["payment"])),
        "card_type": one_of(brand),
    }


def _of_time(world: World) -> dict[str, Test]:
    """Days of the store's calendar, both included."""
    tests: dict[str, Test] = {}
    members = {"date": "created_at", "next_renewal_date": "next_renewal_at", "cancel_date": "canceled_at"}
    for name, member in members.items():
        tests[f"{name}_from"] = dated(world, member, f"{name}_from", True)
        tests[f"{name}_to"] = dated(world, member, f"{name}_to", False)
    for end, is_from in (("recoveries_date_from", True), ("recoveries_date_to", False)):
        tests[end] = _recovered(dated(world, "at", end, is_from))
    return tests


def _recovered(test: Test) -> Test:
    return lambda found, value: test(found["recovered"] or {"at": None}, value)


def list_transactions(world: World, subscription: Record) -> list[Record]:
    """What was charged for a subscription, and given back, newest first; declines, too."""
    numbers = {each["order_number"] for each in subscription["orders"]}

    def is_its(each: Record) -> bool:
        return each["order"] in numbers or (each["subscription"] or {}).get("id") == subscription["id"]

    return [each for each in records.newest(world, charging.KIND) if is_its(each)]
