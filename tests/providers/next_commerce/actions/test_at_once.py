"""What many do with one payment or order at the same moment: it is done once, and its money is spent once."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import collecting, orders, payments, refunds, transactions
from mock_server.providers.next_commerce.errors import Impossible, InvalidFields
from mock_server.providers.next_commerce.schemas import orders as schemas
from mock_server.providers.next_commerce.state import orders as state
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.seeds import furnish
from tests.next_commerce import CAPTURES_LATER, RETURN_URL, line_of, order_of, payment_in
from tests.threads import at_once, tried_at_once

pytestmark = pytest.mark.usefixtures("eager_threads")
ACCEPTED = Decision("accepted", {}, decided_by="the test")
ROUNDS = range(3)  # of a race that can be won by luck


@pytest.fixture
def world(world: World) -> World:
    furnish(world)
    return world


def _asked(world: World, **fields: Any) -> dict[str, Any]:
    wanted = schemas.load(schemas.OrderSchema, order_of(**fields))
    return orders.create_order(
        world, wanted, ACCEPTED, base_url="http://127.0.0.1:8080", merchant="app", version="2024-04-01"
    )


def _started(world: World, **fields: Any) -> Record:
    payment = payments.find(world, payment_in(_asked(world, **fields)["payment_complete_url"]))
    assert payment is not None
    return payment


def _paid(world: World, **fields: Any) -> Record:
    number = payments.complete(world, _started(world, **fields), ACCEPTED)["number"]
    return orders.find_order(world, number)


def _done(results: list[Any]) -> list[Any]:
    return [result for result in results if not isinstance(result, Exception)]


def _kinds(results: list[Any]) -> set[type]:
    return {type(result) for result in results if isinstance(result, Exception)}


@pytest.mark.parametrize("_", ROUNDS)
def test_a_payment_that_many_complete_is_one_order(world: World, _: int) -> None:
    payment = _started(world)

    results = tried_at_once(lambda: payments.complete(world, payment, ACCEPTED))

    assert (1, {Impossible}) == (len(_done(results)), _kinds(results))
    assert (1, 1) == (len(list(records.oldest(world, "orders"))), len(list(world.store.all("orders"))))


@pytest.mark.parametrize("_", ROUNDS)
def test_orders_of_one_new_customer_are_of_one_customer(world: World, _: int) -> None:
    at_once(lambda: _asked(world, method="card_token"))

    users = {order["user_id"] for order in records.oldest(world, "orders")}
    emails = [user["email"] for user in records.oldest(world, "users") if user["email"] == "jane@shop.test"]
    assert (1, 1) == (len(users), len(emails))


@pytest.mark.parametrize("method", ["klarna", "ideal"])
@pytest.mark.parametrize("_", ROUNDS)
def test_no_more_is_refunded_than_was_paid(world: World, _: int, method: str) -> None:
    order = _paid(world, method=method)
    transaction = order["transactions"][0]

    results = tried_at_once(
        lambda: refunds.refund_transaction(world, order, transaction, {"amount": 400, "is_external": False})
    )

    after = orders.find_order(world, order["number"])
    assert (3, {InvalidFields}) == (len(_done(results)), _kinds(results))
    assert (1200, 3) == (state.refunded(after), len(after["refunds"]))
    assert [1200] * (method == "klarna") == [klarna["refunded_amount"] for klarna in world.store.all("orders")]


@pytest.mark.parametrize("method", ["klarna", "card_token"])
@pytest.mark.parametrize("_", ROUNDS)
def test_no_more_is_captured_than_was_authorized(world: World, _: int, method: str) -> None:
    details = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER, "card_token": "tok_1"}
    if method == "klarna":
        order = _paid(world, payment_details=details)
    else:
        order = orders.find_order(world, _asked(world, method=method, payment_details=details)["number"])

    results = tried_at_once(lambda: transactions.capture(world, order["transactions"][0], {"amount": 400}))

    after = orders.find_order(world, order["number"])
    assert (3, {InvalidFields}) == (len(_done(results)), _kinds(results))
    assert 1200 == state.paid(after)


@pytest.mark.parametrize("_", ROUNDS)
def test_what_is_owed_is_collected_once(world: World, _: int) -> None:
    order = _paid(world)
    number = order["number"]
    line = {**order["lines"][0], "id": 1, "price": 300}
    owing = state.change(world, number, lambda found: {**found, "lines": [*found["lines"], line]})

    results = tried_at_once(lambda: collecting.collect_payment(world, owing, ACCEPTED))

    assert (1, {InvalidFields}) == (len(_done(results)), _kinds(results))
    assert [1500, 300] == [klarna["order_amount"] for klarna in world.store.all("orders")]


@pytest.mark.parametrize("_", ROUNDS)
def test_upsells_at_once_are_all_charged_and_all_there(world: World, _: int) -> None:
    order = _paid(world)
    wanted = schemas.load(schemas.AddLineItemsSchema, {"lines": [line_of(2, 1, "1.00")]})

    at_once(lambda: collecting.add_line_items(world, order, wanted, ACCEPTED))

    after = orders.find_order(world, order["number"])
    assert (17, 17, 3100, 0) == (
        len(after["lines"]), len(after["transactions"]), state.paid(after), state.outstanding(after),
    )  # fmt: skip
