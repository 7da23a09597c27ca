"""Fields and limits of a new order. Source: docs.multisafepay.com, OpenAPI schemas of POST /orders."""

from __future__ import annotations

from typing import Any

import pytest

from tests.multisafepay import PERSON, TABLES, MultiSafepay, order_of
from tests.providers.multisafepay.website import LAX, loaded, refused, with_line, with_tables, without

# path, the longest text it takes, error_code of a longer one
LONGEST = [
    ("order_id", 50, "1006"),
    ("var1", 500, "1010"),
    ("var2", 500, "1010"),
    ("var3", 500, "1010"),
    ("payment_options.notification_url", 150, "1000"),
    ("customer.first_name", 25, "1000"),
    ("customer.last_name", 25, "1000"),
    ("customer.address1", 64, "1000"),
    ("customer.address2", 64, "1000"),
    ("customer.house_number", 10, "1000"),
    ("customer.zip_code", 10, "1000"),
    ("customer.city", 50, "1000"),
    ("customer.state", 50, "1000"),
    ("customer.phone", 25, "1000"),
    ("customer.email", 64, "1000"),
    ("delivery.first_name", 25, "1000"),
    ("delivery.address1", 64, "1000"),
    ("delivery.zip_code", 10, "1000"),
    ("delivery.email", 64, "1000"),
]
# where no browser may be sent
NO_URLS = [
    "javascript:alert(1)", "JavaScript:alert(1)", "javascript://shop.test/%0Aalert(1)", "javaScript://%0aalert(1)",
    "data:text/html,hello", "data://text/html,hello", "vbscript://x", "https://shop.test/a b", "https://shop.test/\n",
    "https://shop.test/\r\nSet-Cookie: a=b", "https://shop.test/\u2028", " https://shop.test/",
    "https://shop.test/\x7f", "\tjavascript://x", "//shop.test/", "/thanks", "shop.test", "https:shop.test", "https://",
]  # fmt: skip
# path, value, error_code
BAD = [
    ("type", "straight", "1000"),
    ("type", "unreferenced_refund", "1000"),
    ("gateway", "KLARMA", "1023"),
    ("gateway", ["KLARNA"], "1023"),
    ("order_id", True, "1006"),
    ("currency", "EU", "1002"),
    ("currency", "EURO", "1002"),
    ("currency", "FOOBAR", "1002"),
    ("currency", "AMD", "1002"),
    ("currency", "AZN", "1002"),
    ("currency", "CDF", "1002"),
    ("currency", "JPY", "1002"),  # Klarna does not take it
    ("currency", 978, "1002"),
    ("amount", 0, "1001"),
    ("amount", -1, "1001"),
    ("amount", "100,00", "1001"),
    ("amount", 100.5, "1001"),
    ("amount", True, "1001"),
    ("amount", [10000], "1001"),
    ("description", ["pots"], "1008"),
    ("description", "<p> </p>", "1008"),
    ("var1", {"a": 1}, "1010"),
    ("days_active", 0, "1000"),
    ("days_active", 366, "1000"),
    ("days_active", "soon", "1000"),
    ("seconds_active", -1, "1000"),
    ("seconds_active", 31_536_001, "1000"),
    ("payment_options", "GET", "1000"),
    ("payment_options.notification_method", "PUT", "1000"),
    *((f"payment_options.{name}", url, "1000") for name in ("redirect_url", "cancel_url") for url in NO_URLS),
    ("payment_options.close_window", "maybe", "1000"),
    ("customer", "Sanne", "1000"),
    ("customer.first_name", "S", "1000"),
    ("customer.country", "NLD", "1018"),
    ("customer.country", "XX", "1018"),
    ("customer.country", "Netherlands", "1018"),
    ("customer.country", "ZZ", "1018"),
    ("customer.country", "EU", "1018"),
    ("customer.country", 31, "1018"),
    ("delivery.country", "XA", "1018"),
    ("customer.ip_address", "192.0.2.256", "1007"),
    ("customer.ip_address", "localhost", "1007"),
    ("customer.ip_address", 3221225985, "1007"),
    ("customer.forwarded_ip", "192.0.2.1, 192.0.2.2", "1007"),
    ("delivery", [1], "1000"),
    ("gateway_info", "female", "1000"),
    ("gateway_info.card_expiry_date", "12/²8", "1000"),
    ("gateway_info.card_expiry_date", "٠١/28", "1000"),
    ("recurring_model", "always", "1000"),
    ("capture", "later", "1000"),
    ("checkout_options", "none", "1000"),
    ("checkout_options.validate_cart", "maybe", "1000"),
]
# one bad value per field, in the order they are checked in
IN_ORDER: list[tuple[str, Any, str]] = [
    ("type", "straight", "1000"),
    ("gateway", ["KLARNA"], "1023"),
    ("order_id", "x" * 51, "1006"),
    ("currency", "EURO", "1002"),
    ("amount", "much", "1001"),
    ("description", None, "1008"),
    ("var1", "x" * 501, "1010"),
    ("days_active", 0, "1000"),
    ("customer.country", "XX", "1018"),
    ("customer.ip_address", "x", "1007"),
]
FOREIGN = {"unit_price": 1, "quantity": 1, "currency": "XXX"}


def changed(path: str, value: Any) -> dict[str, Any]:
    """An order with another value at a path."""
    name, _, inner = path.partition(".")
    order = order_of()
    order[name] = {**order.get(name, {}), inner: value} if inner else value
    return order


def at(order: dict[str, Any], path: str) -> Any:
    name, _, inner = path.partition(".")
    return order[name][inner] if inner else order[name]


@pytest.mark.parametrize(("path", "most", "code"), LONGEST)
def test_the_longest_text_is_taken_and_one_character_more_refused(path: str, most: int, code: str) -> None:
    assert "x" * most == at(loaded(changed(path, "x" * most)), path)
    assert (code, [path]) == refused(changed(path, "x" * (most + 1)))


@pytest.mark.parametrize(("path", "value", "code"), BAD)
def test_a_bad_value_is_refused_with_its_code_and_path(path: str, value: Any, code: str) -> None:
    found, paths = refused(changed(path, value))

    assert (code, {path}) == (found, set(paths))


@pytest.mark.parametrize(
    ("path", "code"),
    [("order_id", "1006"), ("currency", "1002"), ("amount", "1001"), ("description", "1008"), ("shopping_cart", "1016"),
     ("checkout_options.tax_tables", "1016")],
)  # fmt: skip
def test_what_every_klarna_order_needs(path: str, code: str) -> None:
    assert (code, [path]) == refused(without(order_of(), path))


@pytest.mark.parametrize(
    "path", ["customer", "delivery", "delivery.address1", "delivery.city", "delivery.country", "delivery.first_name",
             "delivery.house_number", "delivery.last_name", "delivery.zip_code", "shopping_cart"],
)  # fmt: skip
def test_a_direct_klarna_order_needs_addresses_and_a_cart(path: str) -> None:
    assert ("1016", [path]) == refused(without(order_of(type="direct"), path))
    assert ("1016", [path]) == refused(without(order_of(type="direct"), path), multisafepay_cart="optional")


@pytest.mark.parametrize("path", ["customer", "delivery", "delivery.house_number"])
def test_a_page_asks_the_shopper_for_addresses_itself(path: str) -> None:
    assert "redirect" == loaded(without(order_of(), path))["type"]


@pytest.mark.parametrize("cart", [None, [], {}, {"items": []}])
def test_a_page_without_a_cart_is_a_matter_of_the_setting(cart: Any) -> None:
    order = order_of(shopping_cart=cart)

    if cart == {}:
        assert ("1016", ["shopping_cart.items"]) == refused(order, multisafepay_cart="optional")
    else:
        assert ("1016", ["shopping_cart"]) == refused(order)
        assert loaded(order, multisafepay_cart="optional")["cart"] is None


@pytest.mark.parametrize("gateway", [None, "", LAX])
def test_other_methods_need_no_cart(gateway: Any) -> None:
    body = {"order_id": "ON-1", "currency": "EUR", "amount": 1, "description": "x", "gateway": gateway}

    order = loaded(body)

    assert ("redirect", gateway or None, None) == (order["type"], order["gateway"], order["cart"])


@pytest.mark.parametrize("gateway", [None, ""])
def test_a_direct_order_needs_a_gateway(gateway: Any) -> None:
    assert ("1023", ["gateway"]) == refused(order_of(type="direct", gateway=gateway))


def test_klarna_is_not_offered_everywhere() -> None:
    assert ("1023", ["customer.country"]) == refused(order_of(customer={**PERSON, "country": "US"}))


def test_fast_checkout_needs_both_urls_and_a_cart() -> None:
    order = order_of(type="checkout", gateway=None, shopping_cart=None)

    assert ("1016", ["payment_options.redirect_url", "payment_options.cancel_url", "shopping_cart"]) == refused(order)


def test_nothing_is_an_amount_only_for_a_card() -> None:
    order = order_of(amount=0, gateway=LAX, shopping_cart=None)

    assert 0 == loaded(order)["amount"]
    assert ("1001", ["amount"]) == refused(order | {"gateway": "IDEAL"})
    assert ("1001", ["amount"]) == refused(order | {"gateway": None})


@pytest.mark.parametrize("index", range(len(IN_ORDER)))
def test_fields_are_checked_in_the_order_of_the_documents(index: int) -> None:
    order = order_of()
    for path, value, _ in IN_ORDER[index:]:
        name, _, inner = path.partition(".")
        order[name] = {**order[name], inner: value} if inner else value

    code, paths = refused(order)

    assert (IN_ORDER[index][2], [path for path, _, _ in IN_ORDER[index:]]) == (code, paths)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ({"gateway": "KLARMA"}, {"currency": "USD"}),
        ({"currency": "USD"}, {"customer": {"country": "US"}}),
        ({"customer": {"country": "US"}}, {"amount": 0}),
        ({"amount": 0}, {"description": "<p>"}),
        ({"description": "<p>"}, {"shopping_cart": None}),
        ({"checkout_options": None}, {"shopping_cart": {"items": [FOREIGN]}}),
    ],
)
def test_what_belongs_together_is_checked_after_the_fields(earlier: dict[str, Any], later: dict[str, Any]) -> None:
    assert refused(order_of(**earlier)) == refused(order_of(**earlier | later))
    assert refused(order_of(**later)) != refused(order_of(**earlier | later))


@pytest.mark.parametrize(
    ("line", "code", "field"),
    [
        ({"unit_price": "ten"}, "1031", "unit_price"),
        ({"unit_price": None}, "1031", "unit_price"),
        ({"unit_price": True}, "1031", "unit_price"),
        ({"quantity": None}, "1016", "quantity"),
        ({"quantity": "some"}, "1000", "quantity"),
        ({"currency": "FOO"}, "1030", "currency"),
        ({"currency": "Euro, of course"}, "1030", "currency"),
        ({"tax_table_selector": 0}, "1029", "tax_table_selector"),
    ],
)
def test_a_bad_line_is_named(line: dict[str, Any], code: str, field: str) -> None:
    assert (code, [f"shopping_cart.items[0].{field}"]) == refused(with_line(**line))


@pytest.mark.parametrize("rate", ["21%", "0,21", -0.01, "1.01", 21, "", None, True, []])
@pytest.mark.parametrize("of", ["default", "alternate"])
def test_a_bad_rate_is_refused(rate: Any, of: str) -> None:
    alternate = {"name": "x", "rules": [{"rate": rate}]}
    tables = {"default": {"rate": rate}} if of == "default" else {"default": {"rate": 0}, "alternate": [alternate]}

    code, (path,) = refused(with_tables(**tables))

    place = "default" if of == "default" else "alternate[0].rules[0]"
    assert ("1028", f"checkout_options.tax_tables.{place}.rate") == (code, path)


def test_the_journal_names_the_path_of_every_fault(multisafepay: MultiSafepay) -> None:
    order = with_line(unit_price="ten") | {"order_id": "x" * 51, "checkout_options": {"tax_tables": TABLES}}

    refusal = multisafepay.refusal("POST", "/orders", order)

    assert (404, 1006, "Invalid transaction ID") == refusal
    assert ["order_id", "shopping_cart.items[0].unit_price"] == [
        fault["path"] for fault in multisafepay.explanation()["faults"]
    ]


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({"status": "sent"}, "1000", "status"),
        ({"invoice_id": "x" * 51}, "1000", "invoice_id"),
        ({"exclude_order": "maybe"}, "1000", "exclude_order"),
        ({"extend_expiration": 5}, "1000", "extend_expiration"),
        ({"amount": "much"}, "1001", "amount"),
    ],
)
def test_a_bad_field_of_an_update_is_refused(
    multisafepay: MultiSafepay, body: dict[str, Any], code: str, path: str
) -> None:
    multisafepay.create()

    _, found, _ = multisafepay.refusal("PATCH", "/orders/ON-1", body)

    assert (int(code), path) == (found, multisafepay.explanation()["faults"][0]["path"])
