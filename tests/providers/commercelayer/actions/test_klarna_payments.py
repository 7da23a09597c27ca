"""Klarna payments: a session for an order, the shopper's token, and what takes both away."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer, document_of
from tests.klarna import InProcess, Klarna

NOT_FOUND = "404 RECORD_NOT_FOUND The requested resource was not found. Please double-check the resource id."
INVALID = "422 VALIDATION_ERROR order - is invalid"
EXPIRED = "422 VALIDATION_ERROR order_data - is expired"


@pytest.fixture
def klarna(app: Flask) -> Klarna:
    """Klarna's own face of the world that ``commercelayer`` is in."""
    return Klarna(InProcess(app.test_client()), "test")


def _create(commercelayer: CommerceLayer, order_id: str = SEED_ORDER, **attributes: Any) -> dict[str, Any]:
    return commercelayer.create("klarna_payments", attributes, order=("orders", order_id))


def _refused_creation(commercelayer: CommerceLayer, order_id: str, attributes: Any = None) -> list[str]:
    body = document_of("klarna_payments", attributes, {"order": ("orders", order_id)})
    return commercelayer.refusal("POST", "/klarna_payments", body)


def _source(commercelayer: CommerceLayer, order_id: str = SEED_ORDER) -> Any:
    return commercelayer.get(f"/orders/{order_id}/payment_source")["data"]


def _line(commercelayer: CommerceLayer) -> str:
    return str(commercelayer.listed(f"/orders/{SEED_ORDER}/line_items")[0]["id"])


def _moved(commercelayer: CommerceLayer, **address: str) -> str:
    """A pending order of somebody who lives there."""
    order = commercelayer.new_order()
    there = commercelayer.create("addresses", {**ADDRESS, **address})["id"]
    commercelayer.update("orders", order, billing_address=("addresses", there))
    return order


def test_a_klarna_payment_opens_a_session_that_klarna_shows_too(
    commercelayer: CommerceLayer, klarna: Klarna
) -> None:
    payment = _create(commercelayer, reference="mine", metadata={"a": 1})["attributes"]

    session = klarna.read_session(payment["session_id"])
    assert ["incomplete", 7750, "EUR", "IT"] == [
        session[name] for name in ("status", "order_amount", "purchase_currency", "purchase_country")
    ]
    assert payment["client_token"] == session["client_token"]
    assert payment["payment_methods"] == session["payment_method_categories"]
    assert {"identifier", "name", "asset_urls"} == set(payment["payment_methods"][0])
    assert [None, None, False, "mine", {"a": 1}] == [
        payment[name] for name in ("auth_token", "payment_instrument", "mismatched_amounts", "reference", "metadata")
    ]
    assert 3 == len(payment["client_token"].split("."))


def test_klarna_is_told_of_every_line_and_of_the_order(commercelayer: CommerceLayer, klarna: Klarna) -> None:
    payment = _create(commercelayer)["attributes"]

    session = klarna.read_session(payment["session_id"])

    lines = [(line["type"], line["name"], line["total_amount"]) for line in session["order_lines"]]
    assert [
        ("physical", "White T-shirt, XL", 5800),
        ("physical", "White cap", 1450),
        ("shipping_fee", "Standard shipping", 500),
        ("surcharge", "Klarna Payment", 0),
    ] == lines
    order = commercelayer.read("orders", SEED_ORDER)
    assert [order["number"], SEED_ORDER] == [session["merchant_reference1"], session["merchant_reference2"]]


def test_the_payment_becomes_the_orders_source_at_the_methods_gateway(commercelayer: CommerceLayer) -> None:
    payment = _create(commercelayer)

    here = f"/klarna_payments/{payment['id']}"
    gateway = commercelayer.get(f"{here}/payment_gateway")["data"]
    assert payment["id"] == _source(commercelayer)["id"]
    assert SEED_ORDER == commercelayer.get(f"{here}/order")["data"]["id"]
    assert commercelayer.only("/klarna_gateways")["id"] == gateway["id"]
    events = [each["attributes"]["event"] for each in commercelayer.listed(f"{here}/event_stores")]
    assert ["create"] == events


def test_a_second_payment_takes_the_first_ones_place(commercelayer: CommerceLayer) -> None:
    first, second = _create(commercelayer), _create(commercelayer)

    assert second["id"] == _source(commercelayer)["id"] != first["id"]
    assert first["attributes"]["session_id"] != second["attributes"]["session_id"]


@pytest.mark.parametrize(
    "address",
    [
        {"country_code": "US"},  # Klarna takes dollars there
        {"country_code": "GB"},
        {"country_code": "JP"},  # Klarna does not sell there
    ],
)
def test_klarna_opens_no_session_where_the_currency_is_another(
    commercelayer: CommerceLayer, address: Mapping[str, str]
) -> None:
    order = _moved(commercelayer, **address)

    refused = _refused_creation(commercelayer, order)

    assert [INVALID] == refused
    assert address["country_code"] in str(commercelayer.explanation())
    assert _source(commercelayer, order) is None


def test_without_an_address_klarna_knows_no_country(commercelayer: CommerceLayer) -> None:
    order = commercelayer.create("orders", {"customer_email": "jo@shop.test"})["id"]
    sku = commercelayer.listed("/skus")[0]["attributes"]["code"]
    commercelayer.create("line_items", {"sku_code": sku, "quantity": 1}, order=("orders", order))
    method = commercelayer.only("/payment_methods")["id"]
    commercelayer.update("orders", order, payment_method=("payment_methods", method))

    assert [INVALID] == _refused_creation(commercelayer, order)
    assert "country" in str(commercelayer.explanation())


def test_an_order_without_klarnas_method_takes_no_klarna_payment(commercelayer: CommerceLayer) -> None:
    commercelayer.update("orders", SEED_ORDER, payment_method=None)

    assert [INVALID] == _refused_creation(commercelayer, SEED_ORDER)
    assert "payment_source_type is klarna_payments" in str(commercelayer.explanation())


def test_an_order_of_another_method_takes_no_klarna_payment(commercelayer: CommerceLayer) -> None:
    gateway = commercelayer.only("/klarna_gateways")["id"]
    asked = {"payment_source_type": "wire_transfers", "price_amount_cents": 0, "currency_code": "EUR"}
    wire = commercelayer.create("payment_methods", asked, payment_gateway=("payment_gateways", gateway))["id"]
    commercelayer.update("orders", SEED_ORDER, payment_method=("payment_methods", wire))

    assert [INVALID] == _refused_creation(commercelayer, SEED_ORDER)


@pytest.mark.parametrize("triggers", [(), ("_approve",), ("_cancel",)])
def test_an_order_that_is_placed_takes_no_payment(commercelayer: CommerceLayer, triggers: tuple[str, ...]) -> None:
    commercelayer.place()
    for trigger in triggers:
        commercelayer.pull(trigger)

    assert [INVALID] == _refused_creation(commercelayer, SEED_ORDER)
    assert 1 == commercelayer.get("/klarna_payments")["meta"]["record_count"]


def test_a_free_order_takes_no_payment(commercelayer: CommerceLayer) -> None:
    order = commercelayer.new_order()
    for shipment in commercelayer.listed(f"/orders/{order}/shipments"):
        commercelayer.update("shipments", shipment["id"], shipping_method=None)
    goods = commercelayer.only(f"/orders/{order}/line_items?filter[q][item_type_eq]=skus")
    commercelayer.update("line_items", goods["id"], {"unit_amount_cents": 0})

    assert 0 == commercelayer.read("orders", order)["total_amount_cents"]
    assert [INVALID] == _refused_creation(commercelayer, order)
    assert "above 0" in str(commercelayer.explanation())


@pytest.mark.parametrize(
    ("attributes", "relations", "refused"),
    [
        ({"auth_token": "x"}, {"order": ("orders", SEED_ORDER)}, "400 PARAM_NOT_ALLOWED auth_token is not allowed."),
        ({"session_id": "x"}, {"order": ("orders", SEED_ORDER)}, "400 PARAM_NOT_ALLOWED session_id is not allowed."),
        (None, None, "422 VALIDATION_ERROR order - can't be blank"),
        (None, {"order": None}, "422 VALIDATION_ERROR order - can't be blank"),
        (None, {"order": ("orders", "nobodyKnow")}, "422 VALIDATION_ERROR order - can't be blank"),
    ],
)
def test_a_payment_is_created_with_its_order_and_no_token(
    commercelayer: CommerceLayer, attributes: Any, relations: Any, refused: str
) -> None:
    body = document_of("klarna_payments", attributes, relations)

    assert [refused] == commercelayer.refusal("POST", "/klarna_payments", body)
    assert 0 == commercelayer.get("/klarna_payments")["meta"]["record_count"]


def test_the_shoppers_token_is_kept_with_an_instrument(commercelayer: CommerceLayer) -> None:
    payment = _create(commercelayer)

    kept = commercelayer.update("klarna_payments", payment["id"], {"auth_token": "abc"})

    assert ["abc", True] == [kept["auth_token"], "issuer_type" in kept["payment_instrument"]]
    gone = commercelayer.update("klarna_payments", payment["id"], {"auth_token": None})
    assert [None, None] == [gone["auth_token"], gone["payment_instrument"]]


def test_a_changed_cart_needs_a_new_payment(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()

    commercelayer.update("line_items", _line(commercelayer), {"quantity": 1})

    assert _source(commercelayer) is None
    assert commercelayer.read("klarna_payments", payment["id"])["mismatched_amounts"] is True


@pytest.mark.parametrize("trigger", [False, True])
def test_a_payment_that_stays_is_off_until_it_is_updated(
    commercelayer: CommerceLayer, klarna: Klarna, trigger: bool
) -> None:
    commercelayer.update("orders", SEED_ORDER, {"autorefresh": False})
    payment = commercelayer.pay()
    commercelayer.update("line_items", _line(commercelayer), {"quantity": 1})

    updated = commercelayer.update("klarna_payments", payment["id"], {"_update": trigger})

    session = klarna.read_session(payment["attributes"]["session_id"])
    assert payment["id"] == _source(commercelayer)["id"]
    assert [not trigger, 4850 if trigger else 7750] == [updated["mismatched_amounts"], session["order_amount"]]


def test_an_updated_payment_can_be_placed(commercelayer: CommerceLayer) -> None:
    commercelayer.update("orders", SEED_ORDER, {"autorefresh": False})
    payment = commercelayer.pay()
    commercelayer.update("line_items", _line(commercelayer), {"quantity": 1})
    refused = commercelayer.refused("orders", SEED_ORDER, {"_place": True})

    commercelayer.update("klarna_payments", payment["id"], {"_update": True})
    commercelayer.pull("_place")

    assert ["422 VALIDATION_ERROR payment_source - is invalid"] == refused
    assert [4850, 4850] == [
        commercelayer.ledger_order()["order_amount"], commercelayer.read("orders", SEED_ORDER)["total_amount_cents"],
    ]  # fmt: skip


def test_a_session_of_yesterday_can_be_updated_and_one_of_last_week_cannot(commercelayer: CommerceLayer) -> None:
    payment = _create(commercelayer)["id"]
    commercelayer.advance("47h")
    commercelayer.update("klarna_payments", payment, {"_update": True})

    commercelayer.advance("2h")

    refused = commercelayer.refused("klarna_payments", payment, {"_update": True, "reference": "changed"})
    assert [EXPIRED] == refused
    assert commercelayer.read("klarna_payments", payment)["reference"] is None


def test_a_deleted_payment_leaves_its_order_without_one(commercelayer: CommerceLayer) -> None:
    payment = commercelayer.pay()["id"]

    answer = commercelayer.send("DELETE", f"/klarna_payments/{payment}")

    assert [204, "", None] == [answer.status, answer.text, _source(commercelayer)]
    assert [NOT_FOUND] == commercelayer.refusal("GET", f"/klarna_payments/{payment}")


def test_deleting_an_older_payment_leaves_the_newer_one(commercelayer: CommerceLayer) -> None:
    older, newer = _create(commercelayer), _create(commercelayer)

    commercelayer.send("DELETE", f"/klarna_payments/{older['id']}")

    assert newer["id"] == _source(commercelayer)["id"]


def test_the_payment_of_a_placed_order_cannot_be_deleted(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    payment = _source(commercelayer)["id"]

    (refused,) = commercelayer.refusal("DELETE", f"/klarna_payments/{payment}")

    assert re.match("(423 LOCKED|401 UNAUTHORIZED) ", refused)
    assert payment == _source(commercelayer)["id"]


def test_a_sales_channel_reads_the_payment_of_a_placed_order_and_no_longer_writes_it(
    commercelayer: CommerceLayer,
) -> None:
    shop = commercelayer.as_sales_channel(scope="market:code:EU")
    commercelayer.place()
    payment = _source(commercelayer)["id"]

    refused = shop.refused("klarna_payments", payment, {"auth_token": "another"})

    assert ["401 UNAUTHORIZED You are not authorized to perform this action on the requested resource."] == refused
    assert shop.read("klarna_payments", payment)["auth_token"] not in (None, "another")


def test_a_payment_that_is_moved_takes_no_money_with_it(commercelayer: CommerceLayer) -> None:
    other = commercelayer.new_order()
    payment = commercelayer.pay()["id"]

    commercelayer.send(
        "PATCH", f"/klarna_payments/{payment}",
        document_of("klarna_payments", {}, {"order": ("orders", other)}, payment),
    )  # fmt: skip
    commercelayer.send("PATCH", f"/orders/{SEED_ORDER}", document_of("orders", {"_place": True}, id_=SEED_ORDER))

    assert [] == commercelayer.transactions(other)
    assert "pending/unpaid/unfulfilled" == commercelayer.status(other)
    status = commercelayer.status()
    assert (status == "placed/authorized/unfulfilled") == (commercelayer.transactions() == ["authorizations 7750"])
    assert not status.startswith("placed/unpaid")


def test_a_sales_channel_goes_all_the_way_to_the_token(commercelayer: CommerceLayer) -> None:
    shop = commercelayer.as_sales_channel(scope="market:code:EU")

    payment = shop.pay()["id"]
    read = shop.read("klarna_payments", payment)
    shop.send("DELETE", f"/klarna_payments/{payment}")

    assert read["auth_token"]
    assert _source(commercelayer) is None


def test_the_older_schema_has_no_mismatch_and_no_instrument() -> None:
    app = create_app(Settings(commercelayer_schema="2.8.0"))
    payment = _create(CommerceLayer(InProcess(app.test_client()), "test"))

    assert {
        "session_id", "client_token", "payment_methods", "auth_token", "created_at", "updated_at", "reference",
        "reference_origin", "metadata",
    } == set(payment["attributes"])  # fmt: skip
    assert {"order", "payment_gateway"} == set(payment["relationships"])
