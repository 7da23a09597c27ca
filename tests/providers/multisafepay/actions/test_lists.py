"""What clients ask for when they start, and the transactions for their books."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.multisafepay import MultiSafepay

NO_GATEWAY = (404, 1023, "No gateway (payment method) available")
# key of a payment method -> its type
METHOD = {
    "additional_data": dict, "allowed_amount": dict, "allowed_countries": list, "allowed_currencies": list,
    "apps": dict, "brands": list, "icon_urls": dict, "id": str, "name": str, "preferred_countries": list,
    "required_customer_data": list, "shopping_cart_required": bool, "tokenization": dict, "type": str,
}  # fmt: skip


def _ids(multisafepay: MultiSafepay, path: str) -> list[str]:
    return [item["id"] for item in multisafepay.data("GET", path)]


def _listed(multisafepay: MultiSafepay, query: str = "") -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The transactions and the pager."""
    answer = multisafepay.send("GET", f"/transactions{query}").json
    assert answer["success"] is True
    return answer["data"], answer["pager"]


def _order_ids(multisafepay: MultiSafepay, query: str = "") -> list[str]:
    return [item["order_id"] for item in _listed(multisafepay, query)[0]]


def _follow(multisafepay: MultiSafepay, link: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    parts = urlsplit(link)
    assert parts.path.endswith("/transactions")
    return _listed(multisafepay, f"?{parts.query}")


def test_klarna_is_among_the_gateways(multisafepay: MultiSafepay) -> None:
    gateways = multisafepay.data("GET", "/gateways")

    assert {"id": "KLARNA", "description": "Klarna - buy now, pay later"} in gateways
    assert all(list(gateway) == ["id", "description"] and gateway["description"] for gateway in gateways)


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("country=NL&currency=EUR", True),
        ("country=se&currency=sek", True),
        ("country=US", False),
        ("currency=USD", False),
        ("amount=1000", True),
        ("locale=en_US", True),
    ],
)
@pytest.mark.parametrize("path", ["/gateways", "/payment-methods"])
def test_klarna_is_offered_where_it_sells(multisafepay: MultiSafepay, path: str, query: str, is_there: bool) -> None:
    assert is_there == ("KLARNA" in _ids(multisafepay, f"{path}?{query}"))


@pytest.mark.parametrize(
    "path", ["/gateways?include=coupons", "/payment-methods?include_coupons=1", "/payment-methods?type=coupon"]
)
def test_coupons_are_listed_when_they_are_asked_for(multisafepay: MultiSafepay, path: str) -> None:
    coupons = [item for item in multisafepay.data("GET", path) if item.get("type") == "coupon"]

    assert {"VVVGIFTCRD", "WEBSHOPGIFTCARD"} == {coupon["id"] for coupon in coupons}


def test_coupons_are_no_payment_methods_otherwise(multisafepay: MultiSafepay) -> None:
    methods = multisafepay.data("GET", "/payment-methods")

    assert {"payment-method"} == {method["type"] for method in methods}


@pytest.mark.parametrize("gateway", ["KLARNA", "klarna", "Klarna"])
def test_one_gateway_is_found_in_any_case(multisafepay: MultiSafepay, gateway: str) -> None:
    assert "KLARNA" == multisafepay.data("GET", f"/gateways/{gateway}")["id"]
    assert "KLARNA" == multisafepay.data("GET", f"/payment-methods/{gateway}")["id"]


@pytest.mark.parametrize("path", ["/gateways/foobar", "/payment-methods/foobar", "/issuers/foobar", "/issuers/KLARNA"])
def test_an_unknown_gateway_is_not_available(multisafepay: MultiSafepay, path: str) -> None:
    assert NO_GATEWAY == multisafepay.refusal("GET", path)


def test_every_payment_method_has_all_that_a_checkout_reads(multisafepay: MultiSafepay) -> None:
    methods = multisafepay.data("GET", "/payment-methods?include_coupons=true")

    for method in methods:
        assert METHOD == {name: type(value) for name, value in method.items()}, method["id"]
        assert {"large", "medium", "vector"} == set(method["icon_urls"])
        assert {"has_fields", "is_enabled"} == set(method["apps"]["payment_components"])


def test_klarna_wants_a_cart_and_keeps_no_card(multisafepay: MultiSafepay) -> None:
    klarna = multisafepay.data("GET", "/payment-methods/KLARNA")
    visa = multisafepay.data("GET", "/payment-methods/VISA")

    assert [True, False] == [klarna["shopping_cart_required"], visa["shopping_cart_required"]]
    assert [None, {"cardonfile": True, "subscription": True, "unscheduled": True}] == [
        method["tokenization"]["models"] for method in (klarna, visa)
    ]
    assert {"NL", "DE", "SE", "GB"} <= set(klarna["allowed_countries"])
    assert ["DKK", "EUR", "GBP", "NOK", "SEK"] == klarna["allowed_currencies"]


@pytest.mark.parametrize(("gateway", "code"), [("ideal", "0721"), ("IDEAL", "0031"), ("mybank", "3151")])
def test_a_method_of_banks_lists_them(multisafepay: MultiSafepay, gateway: str, code: str) -> None:
    issuers = multisafepay.data("GET", f"/issuers/{gateway}")

    assert code in [issuer["code"] for issuer in issuers]
    assert all(["code", "description"] == list(issuer) for issuer in issuers)


def test_a_shop_has_a_category(multisafepay: MultiSafepay) -> None:
    categories = multisafepay.data("GET", "/categories")

    assert {"code": 108, "description": "Fashion and care"} in categories


def test_a_key_belongs_to_a_website_of_an_account(multisafepay: MultiSafepay) -> None:
    me = multisafepay.data("GET", "/me")

    again = multisafepay.data("GET", "/me")
    other = multisafepay.send("GET", "/me", authorization="Bearer another_world-test").json["data"]
    assert me == again
    assert ["account_id", "role", "site_id"] == list(me)
    assert [True, False] == [other["account_id"] == me["account_id"], other["site_id"] == me["site_id"]]


def test_a_browser_gets_a_token_of_its_own(multisafepay: MultiSafepay) -> None:
    tokens = [multisafepay.data("GET", "/auth/api_token")["api_token"] for _ in range(2)]

    assert all(re.fullmatch(r"pub\.v2\.\S{40,}", token) for token in tokens)
    assert tokens[0] != tokens[1]


def test_a_payment_is_a_transaction_once_it_was_started(multisafepay: MultiSafepay) -> None:
    multisafepay.create("ON-1")
    multisafepay.create("ON-2", type="direct", var1="a")

    (payment,), pager = _listed(multisafepay)

    assert {
        "amount": 10000,
        "currency": "EUR",
        "debit_credit": "C",
        "financial_status": "initialized",
        "net": 10000,
        "order_id": "ON-2",
        "payment_method": "KLARNA",
        "status": "initialized",
        "type": "payment",
        "var1": "a",
        "var2": "",
    }.items() <= payment.items()
    assert "completed" not in payment
    assert {"after": None, "before": None, "cursor": {"after": None, "before": None}, "limit": 100} == pager


def test_a_transaction_is_read_by_its_number(multisafepay: MultiSafepay) -> None:
    paid = multisafepay.pay()

    item = multisafepay.data("GET", f"/transactions/{paid['transaction_id']}")

    assert [[item], paid["transaction_id"]] == [_listed(multisafepay)[0], item["transaction_id"]]


def test_the_newest_transaction_comes_first(multisafepay: MultiSafepay) -> None:
    for order_id in ("ON-1", "ON-2"):
        multisafepay.pay(order_id)
        multisafepay.advance("1h")
    multisafepay.ship("ON-1")
    multisafepay.refund("ON-1", amount=100)

    found = [(item["order_id"], item["type"]) for item in _listed(multisafepay)[0]]

    assert [("ON-1", "refund"), ("ON-2", "payment"), ("ON-1", "payment")] == found


def _three(multisafepay: MultiSafepay) -> None:
    """At noon a paid order and an hour later a refund of it, then a declined one and a card, a day apart each."""
    multisafepay.pay("paid")
    multisafepay.advance("1h")
    multisafepay.ship("paid")
    multisafepay.refund("paid", amount=100, refund_order_id="back")
    multisafepay.advance("24h")
    multisafepay.create("declined")
    multisafepay.complete("declined", outcome="declined")
    multisafepay.advance("24h")
    multisafepay.create("card", type="direct", gateway="VISA", currency="USD")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"paid", "back", "declined", "card"}),
        ("type=refund", {"back"}),
        ("type=payment", {"paid", "declined", "card"}),
        ("status=declined", {"declined"}),
        ("status=declined,completed", {"declined", "back", "card"}),
        ("financial_status=completed", {"card", "back"}),
        ("payment_method=VISA", {"card"}),
        ("payment_method=KLARNA&currency=EUR", {"paid", "back", "declined"}),
        ("currency=USD", {"card"}),
        ("created_from=2026-11-21", {"declined", "card"}),
        ("created_until=2026-11-20T13:00:00", {"paid"}),
        ("created_until=2026-11-20", {"paid", "back"}),
        ("created_from=2026-11-20T13:30:00&created_until=2026-11-21T23:59:59", {"back", "declined"}),
        ("completed_from=2026-11-22", {"card"}),
        ("status=shipped&type=refund", set()),
        ("locale=en_US&foo=bar", {"paid", "back", "declined", "card"}),
    ],
)
def test_transactions_are_filtered(multisafepay: MultiSafepay, query: str, found: set[str]) -> None:
    _three(multisafepay)

    assert found == set(_order_ids(multisafepay, f"?{query}"))


def test_transactions_of_one_website_are_its_own(multisafepay: MultiSafepay) -> None:
    multisafepay.pay()
    mine = multisafepay.data("GET", "/me")["site_id"]

    assert [["ON-1"], []] == [_order_ids(multisafepay, f"?site_id={site}") for site in (mine, mine + 1)]


def test_pages_are_turned_forth_and_back(multisafepay: MultiSafepay) -> None:
    for number in range(5):
        multisafepay.pay(f"ON-{number}")

    first, to_second = _listed(multisafepay, f"?limit=2&status=completed&api_key={multisafepay.api_key}")
    second, to_third = _follow(multisafepay, to_second["after"])
    third, end = _follow(multisafepay, to_third["after"])
    back, to_first = _follow(multisafepay, end["before"])
    start, _ = _follow(multisafepay, to_first["before"])

    assert [["ON-4", "ON-3"], ["ON-2", "ON-1"], ["ON-0"]] == [
        [item["order_id"] for item in page] for page in (first, second, third)
    ]
    assert [second, first] == [back, start]
    assert [None, None] == [to_second["before"], end["after"]]
    assert {"status": ["completed"], "limit": ["2"], "after": [str(first[-1]["transaction_id"])]} == parse_qs(
        urlsplit(to_second["after"]).query
    )
    assert str(first[-1]["transaction_id"]) == to_second["cursor"]["after"]


def test_a_short_page_keeps_its_limit(multisafepay: MultiSafepay) -> None:
    for number in range(4):
        multisafepay.pay(f"ON-{number}")
    second = _listed(multisafepay)[0][1]["transaction_id"]

    page, pager = _listed(multisafepay, f"?limit=3&before={second}")

    assert ["ON-3"] == [item["order_id"] for item in page]
    assert 3 == pager["limit"]
    assert ["3"] == parse_qs(urlsplit(pager["after"]).query)["limit"]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=1001", "limit=-1", "limit=two", "limit=0000000010000", "limit=000000000010", "limit=²",
              "limit=", "after=1", "before=x"],
)  # fmt: skip
def test_a_page_that_cannot_be_is_refused(multisafepay: MultiSafepay, query: str) -> None:
    assert (400, 1000, "Invalid request") == multisafepay.refusal("GET", f"/transactions?{query}")


def test_a_page_of_the_most_is_fine(multisafepay: MultiSafepay) -> None:
    multisafepay.pay(order_id := "ON/1")

    assert [quote(order_id)] == [quote(found) for found in _order_ids(multisafepay, "?limit=1000")]
