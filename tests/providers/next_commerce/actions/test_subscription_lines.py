"""What a subscription's renewals order can be changed line by line."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import subscription_lines
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import subscriptions
from tests.klarna import fine
from tests.next_commerce import TEA_MONTH, TOWEL, NextCommerce
from tests.threads import tried_at_once


def _added(next_commerce: NextCommerce, id_: int, **fields: Any) -> dict[str, Any]:
    line = {"product_id": TOWEL, "quantity": 2, **fields}
    added: dict[str, Any] = fine(next_commerce.send("POST", f"/subscriptions/{id_}/lines/", line))
    return added


def test_a_line_is_added(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    body = {"product_id": TOWEL, "quantity": 2, "price": "9.99", "metadata": {"gift": True}}

    answer = next_commerce.send("POST", f"/subscriptions/{id_}/lines/", body)

    subscription = next_commerce.subscription(id_)
    assert 201 == answer.status
    assert (TOWEL, 2, "9.99", {"gift": True}) == tuple(
        answer.json[name] for name in ("variant_id", "quantity", "price", "metadata")
    )
    assert answer.json == subscription["lines"][1]
    assert (2, "44.97") == (subscription["num_lines"], subscription["total"])


@pytest.mark.parametrize(("product", "price"), [(TOWEL, "10.33"), (TEA_MONTH, "17.99")])
def test_its_price_is_the_products_own(next_commerce: NextCommerce, product: int, price: str) -> None:
    id_ = next_commerce.subscribe()["id"]

    assert price == _added(next_commerce, id_, product_id=product)["price"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"product_id": 999}, {"product_id": ['Invalid pk "999" - object does not exist.']}),
        ({"quantity": 0}, {"quantity": ["Ensure this value is greater than or equal to 1."]}),
        ({"price": "free"}, {"price": ["A valid number is required."]}),
    ],
)
def test_a_line_that_cannot_be_is_refused(
    next_commerce: NextCommerce, fields: dict[str, Any], told: dict[str, Any]
) -> None:
    before = next_commerce.subscribe()
    body = {"product_id": TOWEL, "quantity": 2, **fields}

    refused = next_commerce.refusal("POST", f"/subscriptions/{before['id']}/lines/", body)

    assert (400, told) == refused
    assert before == next_commerce.subscription(before["id"])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"quantity": 3, "price": "9.99"}, (3, "9.99", {"gift": True})),
        ({"quantity": 3, "metadata": None}, (3, "5.00", {})),
    ],
)
def test_a_line_is_changed(next_commerce: NextCommerce, body: dict[str, Any], expected: tuple[Any, ...]) -> None:
    id_ = next_commerce.subscribe()["id"]
    line = _added(next_commerce, id_, price="5.00", metadata={"gift": True})

    answer = next_commerce.send("PUT", f"/subscriptions/{id_}/lines/{line['id']}/", body)

    assert (200, expected) == (
        answer.status, tuple(answer.json[name] for name in ("quantity", "price", "metadata")),
    )  # fmt: skip
    assert answer.json == next_commerce.subscription(id_)["lines"][1]


def test_a_line_is_removed(next_commerce: NextCommerce) -> None:
    before = next_commerce.subscribe()
    line = _added(next_commerce, before["id"])

    answer = next_commerce.send("DELETE", f"/subscriptions/{before['id']}/lines/{line['id']}/")

    assert (204, "") == (answer.status, answer.text)
    assert before == next_commerce.subscription(before["id"])


def test_one_line_must_stay(next_commerce: NextCommerce) -> None:
    before = next_commerce.subscribe()

    refused = next_commerce.refusal("DELETE", f"/subscriptions/{before['id']}/lines/{before['lines'][0]['id']}/")

    assert (400, {"non_field_errors": ["Subscriptions must have at least one line."]}) == refused
    assert before == next_commerce.subscription(before["id"])


@pytest.mark.usefixtures("eager_threads")
def test_one_line_stays_when_all_are_removed_at_once(app: Flask, next_commerce: NextCommerce) -> None:
    world: World = app.extensions["worlds"].get("test")
    id_ = next_commerce.subscribe()["id"]
    for _ in range(7):
        _added(next_commerce, id_)
    subscription = subscriptions.find(world, str(id_))
    assert subscription is not None
    left = [str(line["id"]) for line in subscription["lines"]]

    results = tried_at_once(lambda: subscription_lines.remove_line(world, subscription, left.pop()), times=8)

    assert [InvalidFields] == [type(result) for result in results if result is not None]
    assert 1 == next_commerce.subscription(id_)["num_lines"]


@pytest.mark.parametrize(("method", "body"), [("PUT", {"quantity": 1}), ("DELETE", None)])
def test_a_line_that_is_not_there_is_told_so(next_commerce: NextCommerce, method: str, body: Any) -> None:
    id_ = next_commerce.subscribe()["id"]

    refused = next_commerce.refusal(method, f"/subscriptions/{id_}/lines/1/", body)

    assert (404, {"detail": "No SubscriptionLine matches the given query."}) == refused


def test_the_next_renewal_orders_the_lines_as_they_are_by_then(next_commerce: NextCommerce) -> None:
    next_commerce.freeze()
    subscription = next_commerce.subscribe()
    id_, first = subscription["id"], subscription["lines"][0]["id"]
    _added(next_commerce, id_, price="4.00")
    fine(next_commerce.send("PUT", f"/subscriptions/{id_}/lines/{first}/", {"quantity": 3, "price": "1.00"}))

    next_commerce.advance("30d")

    order = next_commerce.read(next_commerce.subscription(id_)["orders"][-1]["order_number"])
    assert [("TEA-MONTH", 3, "3.00"), ("TOWEL-1", 2, "8.00")] == [
        (line["sku"], line["quantity"], line["price_incl_tax"]) for line in order["lines"]
    ]
    assert ("16.00", "paid") == (order["total_incl_tax"], order["payment_status"])


def test_the_store_tells_of_each_change(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    next_commerce.listen("https://example.com/hook", "subscription.updated")

    line = _added(next_commerce, id_)
    fine(next_commerce.send("PUT", f"/subscriptions/{id_}/lines/{line['id']}/", {"quantity": 1}))
    fine(next_commerce.send("DELETE", f"/subscriptions/{id_}/lines/{line['id']}/"))

    assert 3 == len(next_commerce.told())


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_lines_of_a_canceled_subscription_stay_as_they_are(next_commerce: NextCommerce, method: str) -> None:
    id_ = next_commerce.subscribe()["id"]
    line = _added(next_commerce, id_)
    before = next_commerce.post(f"/subscriptions/{id_}/cancel/", {"cancel_reason": "other"})
    path = f"/subscriptions/{id_}/lines/" + ("" if method == "POST" else f"{line['id']}/")

    refused = next_commerce.refusal(method, path, {"product_id": TOWEL, "quantity": 5})

    assert (400, {"non_field_errors": ["This subscription is canceled."]}) == refused
    assert before == next_commerce.subscription(id_)
