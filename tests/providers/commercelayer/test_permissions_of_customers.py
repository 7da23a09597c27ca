"""What a customer who logged in sees and changes: what is theirs, and of others what no customer owns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import ADDRESS, SEED_ORDER, CommerceLayer, document_of

SCOPE = "market:code:EU"
DENIED = ["401 UNAUTHORIZED You are not authorized to perform this action on the requested resource."]
NOT_FOUND = ["404 RECORD_NOT_FOUND The requested resource was not found. Please double-check the resource id."]
CAP = "CAPXXXXX000000FFFFFFXXXX"


@pytest.fixture
def ann(commercelayer: CommerceLayer) -> CommerceLayer:
    return commercelayer.as_customer("ann@shop.test", scope=SCOPE)


@pytest.fixture
def bob(commercelayer: CommerceLayer) -> CommerceLayer:
    return commercelayer.as_customer("bob@shop.test", scope=SCOPE)


@pytest.fixture
def guest(commercelayer: CommerceLayer) -> CommerceLayer:
    return commercelayer.as_sales_channel(scope=SCOPE)


def _customer(shop: CommerceLayer, email: str) -> str:
    return str(shop.listed(f"/customers?filter[q][email_eq]={email}")[0]["id"])


def _closed(shop: CommerceLayer, method: str, path: str, body: Any = None) -> bool:
    return shop.refusal(method, path, body) in (DENIED, NOT_FOUND)


@pytest.mark.parametrize("who", ["ann", "guest"])
def test_the_order_of_a_customer_who_logged_in_is_theirs_alone(
    request: pytest.FixtureRequest, commercelayer: CommerceLayer, bob: CommerceLayer, who: str
) -> None:
    stranger: CommerceLayer = request.getfixturevalue(who)
    order = bob.new_order(email="bob@shop.test")
    payment = bob.pay(order)["id"]
    line = bob.listed(f"/orders/{order}/line_items")[0]["id"]
    ways = [
        f"/orders/{order}", f"/orders/{order}/line_items", f"/klarna_payments/{payment}",
        f"/klarna_payments/{payment}/order", f"/line_items/{line}", f"/line_items/{line}/order",
    ]  # fmt: skip
    before = commercelayer.read("orders", order)

    assert [True] * len(ways) == [_closed(stranger, "GET", path) for path in ways]
    assert [True] * 4 == [
        _closed(stranger, "PATCH", f"/orders/{order}", document_of("orders", {"reference": "R"}, id_=order)),
        _closed(stranger, "PATCH", f"/orders/{order}", document_of("orders", {"_place": True}, id_=order)),
        _closed(stranger, "PATCH", f"/line_items/{line}", document_of("line_items", {"quantity": 5}, id_=line)),
        _closed(stranger, "DELETE", f"/klarna_payments/{payment}"),
    ]
    assert [before, payment] == [
        commercelayer.read("orders", order), commercelayer.get(f"/orders/{order}/payment_source")["data"]["id"],
    ]  # fmt: skip
    assert 200 == bob.send("GET", f"/orders/{order}").status


@pytest.mark.parametrize("type_", ["line_items", "klarna_payments"])
def test_nothing_is_put_into_it(
    commercelayer: CommerceLayer, ann: CommerceLayer, bob: CommerceLayer, type_: str
) -> None:
    order = bob.new_order(email="bob@shop.test")
    attributes = {"sku_code": CAP, "quantity": 1} if type_ == "line_items" else {}
    before = commercelayer.read("orders", order)

    assert _closed(ann, "POST", f"/{type_}", document_of(type_, attributes, {"order": ("orders", order)}))
    assert before == commercelayer.read("orders", order)
    assert commercelayer.get(f"/orders/{order}/payment_source")["data"] is None


def test_it_is_not_taken_over(commercelayer: CommerceLayer, ann: CommerceLayer, bob: CommerceLayer) -> None:
    order = bob.new_order(email="bob@shop.test")
    own = _customer(commercelayer, "ann@shop.test")

    body = document_of("orders", {}, {"customer": ("customers", own)}, order)

    assert _closed(ann, "PATCH", f"/orders/{order}", body)
    assert [[], [order]] == [[each["id"] for each in who.listed("/orders")] for who in (ann, bob)]


@pytest.mark.parametrize("who", ["ann", "guest"])
def test_nobody_puts_an_address_into_anothers_book(
    request: pytest.FixtureRequest, commercelayer: CommerceLayer, bob: CommerceLayer, who: str
) -> None:
    stranger: CommerceLayer = request.getfixturevalue(who)
    other = _customer(commercelayer, "bob@shop.test")
    address = stranger.create("addresses", ADDRESS)["id"]

    body = document_of("customer_addresses", {}, {"customer": ("customers", other), "address": ("addresses", address)})

    assert _closed(stranger, "POST", "/customer_addresses", body)
    assert [] == commercelayer.listed(f"/customers/{other}/customer_addresses")


def test_nobody_copies_an_address_of_anothers_book(
    commercelayer: CommerceLayer, ann: CommerceLayer, bob: CommerceLayer
) -> None:
    address = ann.create("addresses", ADDRESS)["id"]
    customer = ("customers", _customer(commercelayer, "ann@shop.test"))
    kept = ann.create("customer_addresses", customer=customer, address=("addresses", address))["id"]
    copy = {"_billing_address_clone_id": kept}

    assert DENIED == bob.refused("orders", bob.create("orders")["id"], copy)
    assert ann.update("orders", ann.create("orders")["id"], copy)


def test_the_own_book_is_open(commercelayer: CommerceLayer, ann: CommerceLayer) -> None:
    own = _customer(commercelayer, "ann@shop.test")
    address = ann.create("addresses", ADDRESS)["id"]

    kept = ann.create("customer_addresses", customer=("customers", own), address=("addresses", address))["id"]

    assert [kept] == [each["id"] for each in ann.listed("/customer_addresses")]


@pytest.mark.parametrize(
    "path",
    [
        "/customer_payment_sources", "/customers/{customer}", "/customers/{customer}/orders",
        "/customers/{customer}?include=orders", f"/orders/{SEED_ORDER}?include=customer.orders",
        f"/orders/{SEED_ORDER}?include=customer.customer_payment_sources",
        f"/orders/{SEED_ORDER}?include=customer.customer_addresses",
        f"/orders/{SEED_ORDER}?include=available_customer_payment_sources",
        f"/orders/{SEED_ORDER}/available_customer_payment_sources",
        f"/orders/{SEED_ORDER}/relationships/available_customer_payment_sources",
    ],
)  # fmt: skip
def test_a_guest_comes_by_no_way_to_what_a_customer_keeps(
    commercelayer: CommerceLayer, guest: CommerceLayer, path: str
) -> None:
    commercelayer.pay()
    commercelayer.pull("_save_payment_source_to_customer_wallet", "_save_billing_address_to_customer_address_book")
    token = commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"]["attributes"]["auth_token"]
    customer = _customer(commercelayer, "mario@shop.test")

    answer = guest.send("GET", path.format(customer=customer))

    assert 401 == answer.status, answer.text
    assert token not in answer.text


@pytest.mark.parametrize(("who", "status"), [("ann", 422), ("guest", 401)])
def test_nobody_pays_with_what_another_keeps(
    request: pytest.FixtureRequest, commercelayer: CommerceLayer, bob: CommerceLayer, who: str, status: int
) -> None:
    """Also not of an order in the other's name, which whoever knows an e-mail can make."""
    first = bob.new_order(email="bob@shop.test")
    bob.pay(first)
    bob.pull("_save_payment_source_to_customer_wallet", order_id=first)
    kept = bob.only("/customer_payment_sources")["id"]
    stranger: CommerceLayer = request.getfixturevalue(who)
    order = stranger.new_order(email="bob@shop.test")

    body = document_of("orders", {"_customer_payment_source_id": kept, "_place": True}, id_=order)

    assert status == stranger.send("PATCH", f"/orders/{order}", body).status
    assert ["pending/unpaid/unfulfilled", []] == [commercelayer.status(order), commercelayer.transactions(order)]


@pytest.mark.parametrize("name", ["email", "password"])
def test_nobody_takes_a_customer_over(commercelayer: CommerceLayer, ann: CommerceLayer, name: str) -> None:
    mario = _customer(commercelayer, "mario@shop.test")
    before = commercelayer.read("customers", mario)

    refused = ann.refused("customers", mario, {name: "stolen@shop.test"})

    assert [DENIED, before] == [refused, commercelayer.read("customers", mario)]


@pytest.mark.parametrize("way", ["payment_source_payment_gateway_name", "transactions_token", "customer_password"])
def test_no_filter_tells_what_may_not_be_read(ann: CommerceLayer, way: str) -> None:
    ann.new_order(email="ann@shop.test")

    answer = ann.send("GET", f"/orders?filter[q][{way}_cont]=a")

    assert answer.status in (400, 401)


@pytest.mark.parametrize(
    "path",
    [
        "/markets/{market}?fields[markets]=shared_secret",
        "/markets/{market}?fields[markets]=shared_secret,name",
        "/markets/{market}",
        f"/orders/{SEED_ORDER}?include=market&fields[markets]=shared_secret",
        f"/orders/{SEED_ORDER}/market?fields[markets]=shared_secret",
        f"/orders/{SEED_ORDER}?include=market",
    ],
)
def test_a_markets_secret_is_not_a_shops_business(
    commercelayer: CommerceLayer, guest: CommerceLayer, path: str
) -> None:
    market = commercelayer.get(f"/orders/{SEED_ORDER}/market")["data"]
    secret = market["attributes"]["shared_secret"]

    document = guest.get(path.format(market=market["id"]))

    (shown,) = [each for each in [document["data"], *document.get("included", [])] if each["type"] == "markets"]
    asked = path.partition("shared_secret")
    assert secret not in str(document)
    expected = {"name"} if asked[2] else set() if asked[1] else {*market["attributes"]} - {"shared_secret"}
    assert expected == set(shown.get("attributes", {}))
    assert asked[1] == "" or "relationships" not in shown
