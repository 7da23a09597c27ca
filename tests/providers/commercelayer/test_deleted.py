"""What cannot be deleted because something hangs on it, and what goes with what is deleted."""

from __future__ import annotations

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of

ORDER = f"/orders/{SEED_ORDER}"


def _gateway(shop: CommerceLayer) -> str:
    told = {"name": "G", "country_code": "EU", "api_key": "k", "api_secret": "s"}
    return str(shop.create("klarna_gateways", told)["id"])


@pytest.mark.parametrize("type_", ["klarna_gateways", "payment_methods"])
def test_what_is_used_no_longer_can_be_deleted(commercelayer: CommerceLayer, type_: str) -> None:
    gateway = _gateway(commercelayer)
    if type_ == "payment_methods":
        asked = {"payment_source_type": "klarna_payments", "price_amount_cents": 0}
        method = commercelayer.create("payment_methods", asked, payment_gateway=("payment_gateways", gateway))
    id_ = gateway if type_ == "klarna_gateways" else method["id"]

    assert 204 == commercelayer.send("DELETE", f"/{type_}/{id_}").status
    assert 404 == commercelayer.send("GET", f"/{type_}/{id_}").status


def test_a_gateway_is_locked_by_a_method_that_no_order_uses(commercelayer: CommerceLayer) -> None:
    gateway = _gateway(commercelayer)
    asked = {"payment_source_type": "klarna_payments", "price_amount_cents": 0}
    method = commercelayer.create("payment_methods", asked, payment_gateway=("payment_gateways", gateway))["id"]

    refused = commercelayer.refusal("DELETE", f"/klarna_gateways/{gateway}")
    commercelayer.send("DELETE", f"/payment_methods/{method}")

    assert [f"423 LOCKED Failed to destroy KlarnaGateway with id={gateway}"] == refused
    assert 204 == commercelayer.send("DELETE", f"/klarna_gateways/{gateway}").status


@pytest.mark.parametrize("off", ["method", "gateway"])
def test_what_is_disabled_opens_no_session(commercelayer: CommerceLayer, off: str) -> None:
    method = commercelayer.get(f"{ORDER}/payment_method")["data"]["id"]
    gateway = commercelayer.get(f"/payment_methods/{method}/payment_gateway")["data"]["id"]
    type_, id_ = ("payment_methods", method) if off == "method" else ("klarna_gateways", gateway)
    commercelayer.update(type_, id_, {"_disable": True})
    body = document_of("klarna_payments", {}, {"order": ("orders", SEED_ORDER)})

    refused = commercelayer.refusal("POST", "/klarna_payments", body)
    commercelayer.update(type_, id_, {"_enable": True})

    assert ["422 VALIDATION_ERROR order - is invalid"] == refused
    assert 201 == commercelayer.send("POST", "/klarna_payments", body).status


def test_the_market_of_an_order_with_lines_stays(commercelayer: CommerceLayer) -> None:
    prices = commercelayer.create("price_lists", {"name": "US", "code": "US", "currency_code": "USD"})["id"]
    merchant, model = (commercelayer.listed(f"/{type_}")[0]["id"] for type_ in ("merchants", "inventory_models"))
    market = commercelayer.create(
        "markets", {"name": "America", "code": "US"}, merchant=("merchants", merchant),
        price_list=("price_lists", prices), inventory_model=("inventory_models", model),
    )["id"]  # fmt: skip
    draft = commercelayer.create("orders")["id"]

    refused = commercelayer.refused("orders", SEED_ORDER, market=("markets", market))
    moved = commercelayer.update("orders", draft, market=("markets", market))

    assert ["422 VALIDATION_ERROR market - is invalid"] == refused
    assert ["EUR", "USD"] == [commercelayer.read("orders", SEED_ORDER)["currency_code"], moved["currency_code"]]


def test_the_address_of_a_placed_order_stays(commercelayer: CommerceLayer) -> None:
    address = commercelayer.get(f"{ORDER}/billing_address")["data"]["id"]
    commercelayer.place()
    shop = commercelayer.as_sales_channel(scope="market:code:EU")
    before = commercelayer.read("addresses", address)

    assert [401, 401] == [
        shop.send("PATCH", f"/addresses/{address}", document_of("addresses", {"city": "X"}, id_=address)).status,
        shop.send("DELETE", f"/addresses/{address}").status,
    ]
    assert [f"423 LOCKED Failed to destroy Address with id={address}"] == commercelayer.refusal(
        "DELETE", f"/addresses/{address}"
    )
    assert before == commercelayer.read("addresses", address)
