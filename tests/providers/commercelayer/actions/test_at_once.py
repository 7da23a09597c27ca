"""What many do with one Commerce Layer order at the same moment: it is done once, and its money is spent once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import Any

import pytest
from flask import Flask

from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions import money
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import records
from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.klarna import InProcess
from tests.threads import at_once

pytestmark = pytest.mark.usefixtures("eager_threads")
ROUNDS = range(3)  # of a race that can be won by luck

Patch = Callable[[str, str, dict[str, Any]], int]


@pytest.fixture
def patch(app: Flask) -> Patch:
    """An update by a client of its own; answers with the status."""

    def update(type_: str, id_: str, attributes: dict[str, Any]) -> int:
        client = CommerceLayer(InProcess(app.test_client()), "test")
        return client.send("PATCH", f"/{type_}/{id_}", document_of(type_, attributes, id_=id_)).status

    return update


@pytest.fixture
def post(app: Flask) -> Callable[..., int]:
    """The same, of making one."""

    def create(type_: str, attributes: dict[str, Any], **relations: Any) -> int:
        client = CommerceLayer(InProcess(app.test_client()), "test")
        return client.send("POST", f"/{type_}", document_of(type_, attributes, relations)).status

    return create


def _approved(commercelayer: CommerceLayer) -> tuple[str, str]:
    """An order of its own, placed and approved, and the id of its authorization."""
    order = commercelayer.new_order(quantity=4)
    commercelayer.place(order)
    commercelayer.pull("_approve", order_id=order)
    return order, str(commercelayer.only(f"/orders/{order}/authorizations")["id"])


def _rows(commercelayer: CommerceLayer, order: str) -> list[dict[str, Any]]:
    return commercelayer.listed(f"/orders/{order}/transactions?page[size]=25")


def _sum(commercelayer: CommerceLayer, order: str, type_: str) -> int:
    found = [row["attributes"] for row in _rows(commercelayer, order) if row["type"] == type_]
    return sum(row["amount_cents"] for row in found if row["succeeded"])


def _assert_numbered(commercelayer: CommerceLayer, order: str) -> None:
    """Each transaction has a number of its own, without a gap."""
    numbers = sorted(row["attributes"]["number"].rpartition("/")[2] for row in _rows(commercelayer, order))
    assert [f"{number + 1:03d}" for number in range(len(numbers))] == numbers


def test_an_order_placed_at_once_is_authorized_once(commercelayer: CommerceLayer, patch: Patch) -> None:
    for number in ROUNDS:
        order = commercelayer.new_order()
        commercelayer.pay(order)

        statuses = at_once(lambda: patch("orders", order, {"_place": True}))

        assert {200} == set(statuses)
        assert ["placed/authorized/unfulfilled", 1] == [
            commercelayer.status(order), len(commercelayer.transactions(order)),
        ]  # fmt: skip
        assert number + 1 == len(commercelayer.control("GET", "/state/orders").json)
    customer = commercelayer.get(f"/orders/{order}/customer")["data"]["attributes"]
    assert len(ROUNDS) == customer["total_orders_count"]


@pytest.mark.parametrize(
    ("trigger", "before", "moved", "status"),
    [
        ("_capture", (), "captures", "approved/paid/in_progress"),
        ("_refund", ("_capture",), "refunds", "cancelled/refunded/unfulfilled"),
        ("_cancel", (), "voids", "cancelled/voided/unfulfilled"),
    ],
)
def test_a_trigger_pulled_at_once_moves_the_money_once(
    commercelayer: CommerceLayer, patch: Patch, trigger: str, before: tuple[str, ...], moved: str, status: str
) -> None:
    for _ in ROUNDS:
        order, _authorization = _approved(commercelayer)
        for each in before:
            commercelayer.pull(each, order_id=order)
        total = commercelayer.read("orders", order)["total_amount_cents"]

        statuses = at_once(lambda: patch("orders", order, {trigger: True}))

        assert 200 in statuses
        assert [total, status] == [_sum(commercelayer, order, moved), commercelayer.status(order)]


def test_captures_at_once_never_exceed_the_authorization(commercelayer: CommerceLayer, patch: Patch) -> None:
    for _ in ROUNDS:
        order, authorization = _approved(commercelayer)
        total = commercelayer.read("orders", order)["total_amount_cents"]
        part = total // 12  # of sixteen that ask twelve get it

        statuses = Counter(
            at_once(lambda: patch("authorizations", authorization, {"_capture_amount_cents": part}))
        )

        captured = commercelayer.ledger_order(order)["captured_amount"]
        left = commercelayer.read("authorizations", authorization)["capture_balance_cents"]
        assert {200: 12, 422: 4} == statuses
        assert [12 * part, 12 * part, total - 12 * part] == [captured, _sum(commercelayer, order, "captures"), left]
        _assert_numbered(commercelayer, order)


def test_refunds_at_once_never_exceed_the_capture(commercelayer: CommerceLayer, patch: Patch) -> None:
    for _ in ROUNDS:
        order, authorization = _approved(commercelayer)
        commercelayer.update("authorizations", authorization, {"_capture": True})
        capture = commercelayer.only(f"/orders/{order}/captures")
        part = capture["attributes"]["amount_cents"] // 12

        statuses = Counter(at_once(lambda: patch("captures", capture["id"], {"_refund_amount_cents": part})))

        refunded = commercelayer.ledger_order(order)["refunded_amount"]
        left = commercelayer.read("captures", capture["id"])["refund_balance_cents"]
        assert refunded == _sum(commercelayer, order, "refunds") == statuses[200] * part
        assert capture["attributes"]["amount_cents"] - refunded == left >= 0
        _assert_numbered(commercelayer, order)


def test_of_several_captures_one_given_back_at_once_is_given_back_once(
    commercelayer: CommerceLayer, patch: Patch
) -> None:
    """The ledger alone would not mind: the order's other captures hold as much."""
    for _ in ROUNDS:
        order, authorization = _approved(commercelayer)
        for _part in range(3):
            commercelayer.update("authorizations", authorization, {"_capture_amount_cents": 600})
        first, *others = (row["id"] for row in commercelayer.listed(f"/orders/{order}/captures"))

        statuses = Counter(at_once(lambda: patch("captures", first, {"_refund_amount_cents": 600})))

        left = [commercelayer.read("captures", each)["refund_balance_cents"] for each in (first, *others)]
        assert [{200: 1, 422: 15}, [0, 600, 600]] == [statuses, left]
        assert 600 == commercelayer.ledger_order(order)["refunded_amount"] == _sum(commercelayer, order, "refunds")


def test_who_looked_at_a_capture_before_it_was_given_back_is_refused(
    commercelayer: CommerceLayer, app: Flask
) -> None:
    """What the race of above comes to, without luck."""
    order, authorization = _approved(commercelayer)
    for _part in range(2):
        commercelayer.update("authorizations", authorization, {"_capture_amount_cents": 600})
    world = app.extensions["worlds"].get("test")
    capture = commercelayer.listed(f"/orders/{order}/captures")[0]["id"]
    looked_at = records.find(world, "captures", capture)
    assert looked_at is not None
    asked = Written({"_refund_amount_cents": 600}, {})
    money.update_capture(Act(world), looked_at, asked)

    with pytest.raises(errors.Unprocessable):
        money.update_capture(Act(world), looked_at, asked)

    assert [600, 600] == [_sum(commercelayer, order, "refunds"), commercelayer.ledger_order(order)["refunded_amount"]]


def test_captures_given_back_at_once_end_the_order(commercelayer: CommerceLayer, patch: Patch) -> None:
    for _ in ROUNDS:
        order, authorization = _approved(commercelayer)
        total = commercelayer.read("orders", order)["total_amount_cents"]
        for cents in (total // 4, total // 4, total // 4, None):
            asked = {"_capture": True} if cents is None else {"_capture_amount_cents": cents}
            commercelayer.update("authorizations", authorization, asked)
        captures = [row["id"] for row in commercelayer.listed(f"/orders/{order}/captures")]
        turns = count()

        at_once(lambda: patch("captures", captures[next(turns)], {"_refund": True}), times=4)

        assert [total, "cancelled/refunded/unfulfilled"] == [
            _sum(commercelayer, order, "refunds"), commercelayer.status(order),
        ]  # fmt: skip


def test_capturing_and_cancelling_at_once_do_not_both_happen(commercelayer: CommerceLayer, patch: Patch) -> None:
    for _ in ROUNDS:
        order, _authorization = _approved(commercelayer)
        turns = count()

        at_once(lambda: patch("orders", order, {("_capture", "_cancel")[next(turns) % 2]: True}))

        ended = (commercelayer.status(order), commercelayer.ledger_order(order)["status"])
        assert ended in (
            ("approved/paid/in_progress", "CAPTURED"), ("cancelled/voided/unfulfilled", "CANCELLED"),
        )  # fmt: skip


def test_payments_created_at_once_leave_one_of_them_as_the_source(
    commercelayer: CommerceLayer, app: Flask
) -> None:
    commercelayer.status()  # its world is furnished by now

    def create() -> str:
        client = CommerceLayer(InProcess(app.test_client()), "test")
        return str(client.create("klarna_payments", order=("orders", SEED_ORDER))["id"])

    made = at_once(create)

    assert 16 == len(set(made))
    assert commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"]["id"] in made
    assert 16 == commercelayer.get("/klarna_payments")["meta"]["record_count"]


def test_orders_of_a_new_shopper_made_at_once_are_one_customers(commercelayer: CommerceLayer, app: Flask) -> None:
    commercelayer.status()
    for number in ROUNDS:
        told = {"customer_email": f"jo{number}@shop.test"}

        def create() -> str:
            client = CommerceLayer(InProcess(app.test_client()), "test")
            return str(client.create("orders", told)["attributes"]["number"])

        numbers = at_once(create)

        found = commercelayer.only(f"/customers?filter[q][email_eq]={told['customer_email']}")
        orders = commercelayer.get(f"/customers/{found['id']}/orders")["meta"]["record_count"]
        assert [16, 16] == [len(set(numbers)), orders]


def test_customers_made_at_once_share_no_email(commercelayer: CommerceLayer, post: Callable[..., int]) -> None:
    for number in ROUNDS:
        email = f"jo{number}@shop.test"

        statuses = Counter(at_once(partial(post, "customers", {"email": email})))

        assert {201: 1, 422: 15} == statuses
        assert [email] == [
            each["attributes"]["email"] for each in commercelayer.listed(f"/customers?filter[q][email_eq]={email}")
        ]


def test_what_is_put_in_at_once_is_all_there(commercelayer: CommerceLayer, post: Callable[..., int]) -> None:
    cap = {"sku_code": "CAPXXXXX000000FFFFFFXXXX", "quantity": 1, "_update_quantity": True}
    for _ in ROUNDS:
        order = commercelayer.new_order(quantity=1)
        before = commercelayer.read("orders", order)

        statuses = at_once(partial(post, "line_items", cap, order=("orders", order)))

        lines = [each["attributes"] for each in commercelayer.listed(f"/orders/{order}/line_items")]
        after = commercelayer.read("orders", order)
        assert {201} == set(statuses)
        assert before["skus_count"] + 16 == after["skus_count"]
        assert sum(line["total_amount_cents"] for line in lines) == after["total_amount_cents"]
