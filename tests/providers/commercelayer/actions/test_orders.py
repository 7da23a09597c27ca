"""Orders of Commerce Layer: how they begin, what their triggers note, and what a refused change leaves alone."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer, document_of

NOT_PERMITTED = "422 VALIDATION_ERROR status - transition not permitted"
DENIED = "401 UNAUTHORIZED You are not authorized to perform this action on the requested resource."
# what only integrations pull, by the reference of orders
NOT_FOR_SALES = (
    "_approve", "_approve_and_capture", "_capture", "_refund", "_fulfill", "_pending", "_fix_payment_source",
    "_refresh_prices", "_start_editing", "_stop_editing", "_reset_circuit",
)  # fmt: skip
CAP = "CAPXXXXX000000FFFFFFXXXX"


@pytest.fixture
def noon(commercelayer: CommerceLayer) -> CommerceLayer:
    """In a world where it is noon until somebody moves the clock."""
    commercelayer.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"})
    return commercelayer


def _order(commercelayer: CommerceLayer, order_id: str = SEED_ORDER) -> dict[str, Any]:
    return commercelayer.read("orders", order_id)


def test_an_order_begins_as_an_empty_draft_in_its_markets_currency(commercelayer: CommerceLayer) -> None:
    made = commercelayer.create("orders")

    order = made["attributes"]
    assert "draft/unpaid/unfulfilled" == commercelayer.status(made["id"])
    assert ["EUR", 0, "€0,00", True] == [
        order[name] for name in ("currency_code", "total_amount_cents", "formatted_total_amount", "editable")
    ]
    assert re.fullmatch("[A-Za-z]{10}", made["id"])
    assert re.fullmatch("[0-9a-f]{32}", order["token"])
    assert "Europe" == commercelayer.get(f"/orders/{made['id']}/market")["data"]["attributes"]["name"]


def test_orders_are_numbered_one_after_the_other(commercelayer: CommerceLayer) -> None:
    before = int(_order(commercelayer)["number"])

    numbers = [commercelayer.create("orders")["attributes"]["number"] for _ in range(3)]

    assert len(set(numbers)) == 3
    assert all(isinstance(number, str) and int(number) > before for number in numbers)
    assert sorted(numbers) == numbers


def test_the_first_line_makes_a_draft_pending_and_the_last_one_gone_a_draft_again(
    commercelayer: CommerceLayer,
) -> None:
    order = commercelayer.create("orders", {"customer_email": "jo@shop.test"})["id"]

    line = commercelayer.create("line_items", {"sku_code": CAP, "quantity": 1}, order=("orders", order))["id"]

    assert "pending/unpaid/unfulfilled" == commercelayer.status(order)
    commercelayer.send("DELETE", f"/line_items/{line}")
    assert "draft/unpaid/unfulfilled" == commercelayer.status(order)


def test_orders_of_one_email_are_one_customers(commercelayer: CommerceLayer) -> None:
    orders = [commercelayer.create("orders", {"customer_email": email})["id"] for email in ("Jo@a.test", "jo@A.test")]

    customers = {commercelayer.get(f"/orders/{order}/customer")["data"]["id"] for order in orders}

    (customer,) = customers
    assert orders == [order["id"] for order in commercelayer.listed(f"/customers/{customer}/orders")]


@pytest.mark.parametrize(
    ("trigger", "before", "stamp"),
    [
        ("_approve", (), "approved_at"),
        ("_cancel", (), "cancelled_at"),
        ("_archive", (), "archived_at"),
        ("_fulfill", ("_approve_and_capture",), "fulfillment_updated_at"),
        ("_capture", ("_approve",), "payment_updated_at"),
    ],
)
def test_a_trigger_notes_when_it_was_pulled(
    noon: CommerceLayer, trigger: str, before: tuple[str, ...], stamp: str
) -> None:
    noon.place()
    for each in before:
        noon.pull(each)
    noon.advance("1h")

    order = noon.pull(trigger)

    assert "2026-11-20T13:00:00.000Z" == order[stamp]


def test_placing_closes_the_cart_and_notes_when(noon: CommerceLayer) -> None:
    order = noon.place()

    assert ["2026-11-20T12:00:00.000Z"] * 2 == [order["placed_at"], order["payment_updated_at"]]
    assert order["editable"] is False


def test_unarchiving_forgets_when_it_was_archived(commercelayer: CommerceLayer) -> None:
    commercelayer.pull("_archive")

    assert commercelayer.pull("_unarchive")["archived_at"] is None


@pytest.mark.parametrize(
    ("trigger", "counter"), [("_update_taxes", "tax_calculations_count"), ("_validate", "validations_count")]
)
def test_calculations_and_validations_are_counted(commercelayer: CommerceLayer, trigger: str, counter: str) -> None:
    counts = [commercelayer.pull(trigger)[counter] for _ in range(2)]

    assert [1, 2] == counts


@pytest.mark.parametrize("trigger", ["_refresh", "_refresh_prices", "_nullify_payment_source"])
def test_a_refresh_takes_klarnas_payment_source_away(commercelayer: CommerceLayer, trigger: str) -> None:
    commercelayer.pay()

    commercelayer.pull(trigger)

    assert commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"] is None
    assert ["422 VALIDATION_ERROR payment_source - can't be blank"] == commercelayer.refused(
        "orders", SEED_ORDER, {"_place": True}
    )


def test_a_refresh_of_prices_takes_those_that_skus_have_by_now(commercelayer: CommerceLayer) -> None:
    price = commercelayer.only(f"/prices?filter[q][sku_code_eq]={CAP}")["id"]
    commercelayer.update("prices", price, {"amount_cents": 2000})
    before = _order(commercelayer)["total_amount_cents"]

    after = commercelayer.pull("_refresh_prices")["total_amount_cents"]

    assert [7750, 7750 - 1450 + 2000] == [before, after]


@pytest.mark.parametrize("value", [False, None, "false", "0"])
def test_a_trigger_that_is_not_true_does_nothing(commercelayer: CommerceLayer, value: Any) -> None:
    commercelayer.update("orders", SEED_ORDER, {"_cancel": value})

    assert "pending/unpaid/unfulfilled" == commercelayer.status()


@pytest.mark.parametrize("trigger", ["_create_subscriptions", "_commit_invoice", "_refund_invoice"])
def test_what_is_not_emulated_says_so(commercelayer: CommerceLayer, trigger: str) -> None:
    body = document_of("orders", {trigger: True}, id_=SEED_ORDER)

    answer = commercelayer.send("PATCH", f"/orders/{SEED_ORDER}", body)

    (error,) = answer.json["errors"]
    assert [True, "NOT_EMULATED"] == [answer.status >= 400, error["code"]]
    assert trigger in error["detail"]


@pytest.mark.parametrize("triggers", [("_place",), ("_approve",), ("_approve_and_capture", "_capture"), ("_cancel",)])
def test_a_second_pull_is_answered_like_the_first_and_moves_no_money(
    commercelayer: CommerceLayer, triggers: tuple[str, ...]
) -> None:
    commercelayer.place()
    first = commercelayer.pull(triggers[0])
    moved = commercelayer.transactions()

    second = commercelayer.pull(triggers[-1])

    assert first == second
    assert moved == commercelayer.transactions()


def test_a_second_refund_gives_nothing_back(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull("_approve_and_capture")
    commercelayer.pull("_refund")

    commercelayer.pull("_refund")

    assert ["authorizations 7750", "captures 7750", "refunds 7750"] == commercelayer.transactions()


@pytest.mark.parametrize("trigger", NOT_FOR_SALES)
def test_a_sales_channel_does_not_pull_what_is_the_back_offices(commercelayer: CommerceLayer, trigger: str) -> None:
    shop = commercelayer.as_sales_channel(scope="market:code:EU")

    assert [DENIED] == shop.refused("orders", SEED_ORDER, {trigger: True})
    assert "pending/unpaid/unfulfilled" == commercelayer.status()


def test_a_sales_channel_changes_no_order_that_is_placed(commercelayer: CommerceLayer) -> None:
    shop = commercelayer.as_sales_channel()
    commercelayer.place()

    assert [DENIED] == shop.refused("orders", SEED_ORDER, {"reference": "mine"})
    assert _order(commercelayer)["reference"] is None


def test_a_sales_channel_that_places_again_is_answered_as_the_first_time(commercelayer: CommerceLayer) -> None:
    shop = commercelayer.as_sales_channel()
    commercelayer.pay()
    shop.pull("_place")

    again = shop.pull("_place")

    assert ["placed", ["authorizations 7750"]] == [again["status"], commercelayer.transactions()]


@pytest.mark.parametrize(
    "attributes",
    [
        {"_capture": True},
        {"_place": True},  # there is no payment source
        {"_approve": True, "language_code": "de"},
        {"_archive": True, "_refund": True},
    ],
)
def test_a_refused_change_leaves_the_order_as_it_was(commercelayer: CommerceLayer, attributes: dict[str, Any]) -> None:
    before = _order(commercelayer)

    refused = commercelayer.refused("orders", SEED_ORDER, {"reference": "changed", **attributes})

    assert 1 == len(refused)
    assert before == _order(commercelayer)


def test_a_refused_placement_leaves_the_order_as_it_was(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.advance("61m")
    before = _order(commercelayer)

    commercelayer.refused("orders", SEED_ORDER, {"_place": True, "reference": "changed"})

    assert before == _order(commercelayer)


def test_a_refused_change_clones_no_address(commercelayer: CommerceLayer) -> None:
    address = commercelayer.only("/addresses")["id"]

    asked = {"_billing_address_clone_id": address, "_approve": True}

    assert [NOT_PERMITTED] == commercelayer.refused("orders", SEED_ORDER, asked)
    assert address == commercelayer.only("/addresses")["id"]


@pytest.mark.parametrize("name", ["customer_email", "language_code", "coupon_code"])
def test_of_a_placed_order_little_can_be_changed(commercelayer: CommerceLayer, name: str) -> None:
    commercelayer.place()
    before = _order(commercelayer)

    refused = commercelayer.refused("orders", SEED_ORDER, {name: "x@y.test", "reference": "r"})

    assert [f"422 VALIDATION_ERROR {name} - is invalid"] == refused
    assert before == _order(commercelayer)


def test_a_placed_order_takes_references_and_metadata_which_are_replaced_whole(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.update("orders", SEED_ORDER, {"metadata": {"a": 1}})

    order = commercelayer.update("orders", SEED_ORDER, {"reference": "ERP-1", "metadata": {"b": 2}})

    assert ["ERP-1", {"b": 2}] == [order["reference"], order["metadata"]]


def test_another_payment_method_takes_the_payment_source_away(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    gateway = commercelayer.only("/klarna_gateways")["id"]
    asked = {"payment_source_type": "klarna_payments", "price_amount_cents": 250, "currency_code": "EUR"}
    dearer = commercelayer.create("payment_methods", asked, payment_gateway=("payment_gateways", gateway))["id"]

    order = commercelayer.update("orders", SEED_ORDER, payment_method=("payment_methods", dearer))

    assert [250, 8000] == [order["payment_method_amount_cents"], order["total_amount_cents"]]
    assert commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"] is None


def test_the_same_payment_method_leaves_the_payment_source(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()
    method = commercelayer.get(f"/orders/{SEED_ORDER}/payment_method")["data"]["id"]

    commercelayer.update("orders", SEED_ORDER, payment_method=("payment_methods", method))

    assert payment["id"] == commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"]["id"]


@pytest.mark.parametrize("offer", [{"currency_code": "USD"}, {"currency_code": "EUR", "_disable": True}])
def test_a_payment_method_that_is_not_offered_is_refused(commercelayer: CommerceLayer, offer: dict[str, Any]) -> None:
    gateway = commercelayer.only("/klarna_gateways")["id"]
    asked = {"payment_source_type": "klarna_payments", "price_amount_cents": 0, **offer}
    method = commercelayer.create("payment_methods", asked, payment_gateway=("payment_gateways", gateway))["id"]

    refused = commercelayer.refused("orders", SEED_ORDER, payment_method=("payment_methods", method))

    assert ["422 VALIDATION_ERROR payment_method - is invalid"] == refused
    offered = commercelayer.listed(f"/orders/{SEED_ORDER}/available_payment_methods")
    assert method not in [each["id"] for each in offered]


def test_an_address_is_cloned_and_used_for_both(commercelayer: CommerceLayer) -> None:
    address = commercelayer.create("addresses", ADDRESS)["id"]
    order = commercelayer.create("orders")["id"]

    asked = {"_billing_address_clone_id": address, "_shipping_address_same_as_billing": True}
    commercelayer.update("orders", order, asked)

    paths = (f"/orders/{order}/{kind}_address" for kind in ("billing", "shipping"))
    billing, shipping = (commercelayer.get(path)["data"] for path in paths)
    assert billing["id"] == shipping["id"] != address
    assert ADDRESS.items() <= billing["attributes"].items()
    assert "DE" == _order(commercelayer, order)["country_code"]


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"_billing_address_clone_id": "nobodyKnow"}, "_billing_address_clone_id - is invalid"),
        ({"_shipping_address_same_as_billing": True}, "billing_address - can't be blank"),
    ],
)
def test_an_address_that_is_not_there_is_refused(
    commercelayer: CommerceLayer, asked: dict[str, Any], refused: str
) -> None:
    order = commercelayer.create("orders")["id"]

    assert [f"422 VALIDATION_ERROR {refused}"] == commercelayer.refused("orders", order, asked)


def test_a_pending_order_can_be_deleted_with_all_that_is_in_it(commercelayer: CommerceLayer) -> None:
    line, shipment = (commercelayer.listed(f"/orders/{SEED_ORDER}/{name}")[0] for name in ("line_items", "shipments"))

    answer = commercelayer.send("DELETE", f"/orders/{SEED_ORDER}")

    paths = [f"/orders/{SEED_ORDER}", f"/line_items/{line['id']}", f"/shipments/{shipment['id']}"]
    assert [204, ""] == [answer.status, answer.text]
    assert [404] * 3 == [commercelayer.send("GET", path).status for path in paths]


def test_a_placed_order_cannot_be_deleted(commercelayer: CommerceLayer) -> None:
    commercelayer.place()

    refused = commercelayer.refusal("DELETE", f"/orders/{SEED_ORDER}")

    assert [f"423 LOCKED Failed to destroy Order with id={SEED_ORDER}"] == refused
    assert "placed/authorized/unfulfilled" == commercelayer.status()
