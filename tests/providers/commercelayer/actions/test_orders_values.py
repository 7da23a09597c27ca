"""What an order of Commerce Layer may be told, and what it is refused because nothing is behind it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.klarna import InProcess, Klarna, fine

EMAIL = "mario@shop.test"  # whose the seeded order is


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    ("name", "value", "title"),
    [
        ("coupon_code", "NOPE", "is invalid"),
        ("gift_card_code", "NOPE", "is invalid"),
        ("customer_email", "no e-mail", "is invalid"),
        ("number", "1000001", "has already been taken"),
    ],
)
def test_what_nothing_is_behind_is_refused(
    commercelayer: CommerceLayer, method: str, name: str, value: str, title: str
) -> None:
    assert "1000001" == commercelayer.create("orders")["attributes"]["number"]
    before = commercelayer.read("orders", SEED_ORDER)
    path, id_ = ("/orders", "") if method == "POST" else (f"/orders/{SEED_ORDER}", SEED_ORDER)

    refused = commercelayer.refusal(method, path, document_of("orders", {"reference": "r", name: value}, id_=id_))

    assert [f"422 VALIDATION_ERROR {name} - {title}"] == refused
    assert [before, 2] == [
        commercelayer.read("orders", SEED_ORDER), commercelayer.get("/orders")["meta"]["record_count"],
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["coupon_code", "gift_card_code", "customer_email"])
@pytest.mark.parametrize("value", ["", None])
def test_no_code_is_no_code(commercelayer: CommerceLayer, name: str, value: Any) -> None:
    body = document_of("orders", {name: value})

    assert 201 == commercelayer.send("POST", "/orders", body).status


def test_an_order_does_not_lose_its_number(commercelayer: CommerceLayer) -> None:
    refused = commercelayer.refused("orders", SEED_ORDER, {"number": ""})

    assert ["422 VALIDATION_ERROR number - can't be blank"] == refused


def test_an_order_keeps_its_own_number(commercelayer: CommerceLayer) -> None:
    assert "1000000" == commercelayer.update("orders", SEED_ORDER, {"number": "1000000"})["number"]
    assert "A-1" == commercelayer.update("orders", SEED_ORDER, {"number": "A-1"})["number"]
    assert "1000000" == commercelayer.create("orders", {"number": "1000000"})["attributes"]["number"]


@pytest.mark.parametrize("value", ["", None])
def test_an_order_has_a_number(commercelayer: CommerceLayer, value: Any) -> None:
    refused = commercelayer.refused("orders", SEED_ORDER, {"number": value})

    assert ["422 VALIDATION_ERROR number - can't be blank"] == refused
    assert "1000001" == commercelayer.create("orders", {"number": value})["attributes"]["number"]


def test_whoever_buys_may_sign_up(commercelayer: CommerceLayer) -> None:
    grant = {
        "grant_type": "password", "client_id": "sales_world-test", "username": EMAIL, "password": "open sesame",
    }  # fmt: skip
    before = commercelayer.oauth("token", grant).status

    commercelayer.update("orders", SEED_ORDER, {"customer_password": "open sesame"})

    customer = commercelayer.get(f"/orders/{SEED_ORDER}/customer")["data"]["attributes"]
    assert [401, True] == [before, customer["has_password"]]
    assert "customer" == fine(commercelayer.oauth("token", grant))["owner_type"]


def test_nobody_signs_up_for_who_has_a_password(commercelayer: CommerceLayer) -> None:
    commercelayer.as_customer("ann@shop.test")
    shop = commercelayer.as_sales_channel(scope="market:code:EU")

    shop.create("orders", {"customer_email": "ann@shop.test", "customer_password": "stolen"})

    asked = {"grant_type": "password", "client_id": "sales_world-test", "username": "ann@shop.test"}
    statuses = [commercelayer.oauth("token", {**asked, "password": word}).status for word in ("stolen", "open sesame")]
    assert [401, 200] == statuses


@pytest.mark.parametrize("trigger", ["_request_anonymization", "_cancel_anonymization"])
def test_customers_are_not_anonymized_and_it_is_said_so(commercelayer: CommerceLayer, trigger: str) -> None:
    customer = commercelayer.get(f"/orders/{SEED_ORDER}/customer")["data"]["id"]

    refused = commercelayer.refused("customers", customer, {trigger: True, "reference": "r"})

    assert ["501 NOT_EMULATED anonymization of customers is not emulated"] == refused
    assert commercelayer.update("customers", customer, {trigger: False})["reference"] is None


@pytest.mark.parametrize(("code", "locale"), [("it", "it-IT"), ("de", "de-IT"), ("xx-yy", "en-IT"), (None, "en-IT")])
def test_klarna_is_told_a_locale_that_there_is(
    commercelayer: CommerceLayer, app: Any, code: str | None, locale: str
) -> None:
    commercelayer.update("orders", SEED_ORDER, {"language_code": code})

    payment = commercelayer.create("klarna_payments", order=("orders", SEED_ORDER))

    session = Klarna(InProcess(app.test_client()), "test").read_session(payment["attributes"]["session_id"])
    assert locale == session["locale"]


def test_no_metadata_are_empty_metadata(commercelayer: CommerceLayer) -> None:
    commercelayer.update("orders", SEED_ORDER, {"metadata": {"a": 1}})

    assert {} == commercelayer.update("orders", SEED_ORDER, {"metadata": None})["metadata"]
