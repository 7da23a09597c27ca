"""What a token for one market sees: nothing of another market's, whichever way leads there.

Source: docs.commercelayer.io, authentication: authorization scopes.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.klarna import fine

ORDER = f"/orders/{SEED_ORDER}"
SCOPE = "market:code:US"
NOT_FOUND = ["404 RECORD_NOT_FOUND The requested resource was not found. Please double-check the resource id."]
CAP = "CAPXXXXX000000FFFFFFXXXX"


@pytest.fixture
def both(commercelayer: CommerceLayer) -> CommerceLayer:
    """An integration for all markets of a world where there is one that sells in dollars, and a paid order in euros."""
    prices = commercelayer.create("price_lists", {"name": "US", "code": "US", "currency_code": "USD"})["id"]
    commercelayer.create("prices", {"amount_cents": 1600, "sku_code": CAP}, price_list=("price_lists", prices))
    merchant, model = (commercelayer.listed(f"/{type_}")[0]["id"] for type_ in ("merchants", "inventory_models"))
    commercelayer.create(
        "markets", {"name": "America", "code": "US"}, merchant=("merchants", merchant),
        price_list=("price_lists", prices), inventory_model=("inventory_models", model),
    )  # fmt: skip
    commercelayer.pay()
    return commercelayer


@pytest.fixture(params=["sales_channel", "integration"])
def american(request: pytest.FixtureRequest, both: CommerceLayer) -> CommerceLayer:
    """The same world by a token for the market that sells in dollars."""
    return _sales(both) if request.param == "sales_channel" else _office(both)


def _sales(both: CommerceLayer) -> CommerceLayer:
    return both.as_sales_channel(scope=SCOPE)


def _office(both: CommerceLayer) -> CommerceLayer:
    asked = {
        "grant_type": "client_credentials", "client_id": "erp_world-test", "client_secret": "s", "scope": SCOPE,
    }  # fmt: skip
    return CommerceLayer(both._wire, both.world, fine(both.oauth("token", asked))["access_token"])


def _ids(both: CommerceLayer) -> dict[str, str]:
    """Of what the order in euros has."""
    return {
        "payment": both.get(f"{ORDER}/payment_source")["data"]["id"],
        "line": both.listed(f"{ORDER}/line_items")[0]["id"],
        "shipment": both.only(f"{ORDER}/shipments")["id"],
        "method": both.get(f"{ORDER}/payment_method")["data"]["id"],
        "market": both.get(f"{ORDER}/market")["data"]["id"],
    }


@pytest.mark.parametrize(
    "path",
    [
        ORDER, f"{ORDER}/line_items", f"{ORDER}/customer", f"{ORDER}/relationships/payment_source",
        "/klarna_payments/{payment}", "/klarna_payments/{payment}/order",
        "/klarna_payments/{payment}/relationships/order", "/klarna_payments/{payment}?include=order",
        "/line_items/{line}", "/line_items/{line}/order", "/line_items/{line}?include=order",
        "/shipments/{shipment}", "/shipments/{shipment}/order", "/shipments/{shipment}/available_shipping_methods",
        "/payment_methods/{method}",
    ],
)  # fmt: skip
def test_an_order_of_another_market_and_what_it_has_are_not_there(
    both: CommerceLayer, american: CommerceLayer, path: str
) -> None:
    assert NOT_FOUND == american.refusal("GET", path.format(**_ids(both)))
    assert "another market" in str(both.explanation())


@pytest.mark.parametrize(
    ("method", "path", "type_", "attributes"),
    [
        ("PATCH", ORDER, "orders", {"reference": "R"}),
        ("PATCH", ORDER, "orders", {"_place": True}),
        ("PATCH", "/klarna_payments/{payment}", "klarna_payments", {"reference": "R"}),
        ("DELETE", "/klarna_payments/{payment}", "", {}),
        ("PATCH", "/line_items/{line}", "line_items", {"quantity": 9}),
        ("DELETE", "/line_items/{line}", "", {}),
        ("PATCH", "/shipments/{shipment}", "shipments", {"reference": "R"}),
        ("POST", "/line_items", "line_items", {"sku_code": CAP, "quantity": 1}),
        ("POST", "/klarna_payments", "klarna_payments", {}),
    ],
)
def test_nor_is_any_of_it_changed(
    both: CommerceLayer, american: CommerceLayer, method: str, path: str, type_: str, attributes: dict[str, Any]
) -> None:
    before = _whole(both)
    path = path.format(**_ids(both))
    relations = {"order": ("orders", SEED_ORDER)} if method == "POST" else {}
    id_ = path.rpartition("/")[2] if method == "PATCH" else ""
    body = document_of(type_, attributes, relations, id_) if type_ else None

    assert NOT_FOUND == american.refusal(method, path, body)
    assert before == _whole(both)


def _whole(both: CommerceLayer) -> Any:
    document = both.get(f"{ORDER}?include=line_items,payment_source,shipments")
    return [(each["id"], each["attributes"]) for each in [document["data"], *document["included"]]]


def test_a_payment_of_another_markets_order_is_not_seen_through_an_own_one(
    both: CommerceLayer, american: CommerceLayer
) -> None:
    own, payment = american.create("orders")["id"], _ids(both)["payment"]
    body = document_of("orders", {}, {"payment_source": ("klarna_payments", payment)}, own)
    american.send("PATCH", f"/orders/{own}", body)

    ways = ("/payment_source", "/relationships/payment_source", "?include=payment_source.order")
    shown = [american.send("GET", f"/orders/{own}{way}").text for way in ways]

    assert [False] * 3 == [payment in text or SEED_ORDER in text for text in shown]
    assert payment == both.get(f"{ORDER}/payment_source")["data"]["id"]


def test_prices_are_those_of_the_own_market(both: CommerceLayer, american: CommerceLayer) -> None:
    sku = both.listed(f"/skus?filter[q][code_eq]={CAP}")[0]["id"]

    found = [
        american.listed("/prices"),
        american.listed(f"/skus/{sku}/prices"),
        american.get(f"/skus/{sku}?include=prices")["included"],
        american.get("/skus?include=prices")["included"],
    ]

    assert [["USD"]] * 4 == [[each["attributes"]["currency_code"] for each in prices] for prices in found]


def test_an_order_is_made_in_the_own_market_and_in_no_other(both: CommerceLayer, american: CommerceLayer) -> None:
    order = american.create("orders")

    body = document_of("orders", {}, {"market": ("markets", _ids(both)["market"])})

    assert "USD" == order["attributes"]["currency_code"]
    assert "US" == both.get(f"/orders/{order['id']}/market")["data"]["attributes"]["code"]
    assert american.send("POST", "/orders", body).status in (401, 404)
    assert 2 == both.get("/orders")["meta"]["record_count"]


@pytest.mark.parametrize(
    "path", ["/customers?include=orders", "/klarna_payments?include=order", "/line_items?include=order"]
)
def test_a_list_leaves_out_what_is_of_another_market(both: CommerceLayer, path: str) -> None:
    order = _office(both).create("orders", {"customer_email": "mario@shop.test"})["id"]
    _office(both).create("line_items", {"sku_code": CAP, "quantity": 1}, order=("orders", order))

    document = _office(both).get(path)

    orders = [each["id"] for each in document["included"] if each["type"] == "orders"]
    assert SEED_ORDER not in str(document)
    assert orders == ([] if "klarna" in path else [order])


def test_an_integration_lists_the_orders_of_its_market(both: CommerceLayer) -> None:
    order = _office(both).create("orders")["id"]

    found = _office(both).get("/orders")

    assert [[order], 1] == [[each["id"] for each in found["data"]], found["meta"]["record_count"]]
    assert 2 == both.get("/orders")["meta"]["record_count"]
