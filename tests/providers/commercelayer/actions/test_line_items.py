"""What is in an order of Commerce Layer: lines at the market's prices, and charges that follow."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of

CAP, SHIRT = "CAPXXXXX000000FFFFFFXXXX", "TSHIRTMM000000FFFFFFXLXX"


def _add(commercelayer: CommerceLayer, order: str = SEED_ORDER, **attributes: Any) -> dict[str, Any]:
    return commercelayer.create("line_items", {"quantity": 1, **attributes}, order=("orders", order))


def _line(commercelayer: CommerceLayer, code: str) -> dict[str, Any]:
    return commercelayer.only(f"/orders/{SEED_ORDER}/line_items?filter[q][sku_code_eq]={code}")


def _sums(commercelayer: CommerceLayer, order: str = SEED_ORDER) -> list[int]:
    """Goods, shipping, total, and how many things."""
    found = commercelayer.read("orders", order)
    names = ("subtotal_amount_cents", "shipping_amount_cents", "total_amount_cents", "skus_count")
    return [found[name] for name in names]


def _has_source(commercelayer: CommerceLayer) -> bool:
    return commercelayer.get(f"/orders/{SEED_ORDER}/payment_source")["data"] is not None


def _refused(commercelayer: CommerceLayer, order: Any, **attributes: Any) -> list[str]:
    body = document_of("line_items", {"quantity": 1, **attributes}, {"order": order})
    return commercelayer.refusal("POST", "/line_items", body)


def test_a_line_takes_the_price_of_its_sku_in_the_market(commercelayer: CommerceLayer) -> None:
    line = _add(commercelayer, sku_code=CAP, quantity="2")

    told = line["attributes"]
    assert [2, 1450, 2900, "€29,00", "EUR", "skus", "White cap"] == [
        told[name]
        for name in (
            "quantity", "unit_amount_cents", "total_amount_cents", "formatted_total_amount", "currency_code",
            "item_type", "name",
        )
    ]  # fmt: skip
    assert [7250 + 2900, 500, 7750 + 2900, 5] == _sums(commercelayer)


def test_a_line_may_name_its_sku_as_a_relationship(commercelayer: CommerceLayer) -> None:
    sku = commercelayer.only(f"/skus?filter[q][code_eq]={CAP}")["id"]

    line = commercelayer.create("line_items", {"quantity": 1}, order=("orders", SEED_ORDER), item=("skus", sku))

    assert [CAP, 1450] == [line["attributes"]["sku_code"], line["attributes"]["unit_amount_cents"]]
    assert sku == commercelayer.get(f"/line_items/{line['id']}/item")["data"]["id"]


def test_a_line_may_have_a_price_and_a_name_of_its_own(commercelayer: CommerceLayer) -> None:
    line = _add(commercelayer, sku_code=CAP, unit_amount_cents=1000, name="Cap, dented")

    assert [1000, "Cap, dented"] == [line["attributes"][name] for name in ("unit_amount_cents", "name")]
    assert 8250 == _sums(commercelayer)[0]


@pytest.mark.parametrize(("update", "lines", "quantity"), [(True, 1, 3), (False, 2, 1)])
def test_more_of_the_same_is_a_new_line_unless_the_quantity_is_updated(
    commercelayer: CommerceLayer, update: bool, lines: int, quantity: int
) -> None:
    order = commercelayer.create("orders")["id"]
    _add(commercelayer, order, sku_code=CAP, quantity=2)

    last = _add(commercelayer, order, sku_code=CAP, _update_quantity=update)

    assert lines == commercelayer.get(f"/orders/{order}/line_items")["meta"]["record_count"]
    assert [quantity, 3 * 1450] == [last["attributes"]["quantity"], _sums(commercelayer, order)[0]]


def test_another_quantity_changes_what_the_order_comes_to(commercelayer: CommerceLayer) -> None:
    line = _line(commercelayer, SHIRT)["id"]

    told = commercelayer.update("line_items", line, {"quantity": 1})

    assert [2900, [4350, 500, 4850, 2]] == [told["total_amount_cents"], _sums(commercelayer)]


@pytest.mark.parametrize("act", ["create", "update", "delete"])
@pytest.mark.parametrize("is_fresh", [True, False])
def test_a_changed_cart_loses_its_payment_source_with_autorefresh(
    commercelayer: CommerceLayer, act: str, is_fresh: bool
) -> None:
    commercelayer.update("orders", SEED_ORDER, {"autorefresh": is_fresh})
    commercelayer.pay()
    line = _line(commercelayer, SHIRT)["id"]

    if act == "create":
        _add(commercelayer, sku_code=CAP)
    elif act == "update":
        commercelayer.update("line_items", line, {"quantity": 1})
    else:
        commercelayer.send("DELETE", f"/line_items/{line}")

    assert is_fresh != _has_source(commercelayer)


def test_a_deleted_line_is_gone_from_order_and_sums(commercelayer: CommerceLayer) -> None:
    line = _line(commercelayer, SHIRT)["id"]

    answer = commercelayer.send("DELETE", f"/line_items/{line}")

    assert [204, [1450, 500, 1950, 1]] == [answer.status, _sums(commercelayer)]
    assert 404 == commercelayer.send("GET", f"/line_items/{line}").status


@pytest.mark.parametrize(
    ("attributes", "refused"),
    [
        ({"sku_code": "NOBODY"}, "sku_code - is invalid"),
        ({}, "item - can't be blank"),
        ({"sku_code": CAP, "quantity": 0}, "quantity - must be greater than 0"),
        ({"sku_code": CAP, "quantity": -3}, "quantity - must be greater than 0"),
        ({"sku_code": CAP, "quantity": "many"}, "quantity - is not a number"),
        ({"sku_code": CAP, "quantity": 1.5}, "quantity - must be an integer"),
        ({"sku_code": CAP, "quantity": None}, "quantity - can't be blank"),
        *(
            ({"sku_code": CAP, "quantity": text}, "quantity - is not a number")
            for text in ("nan", "NaN", "inf", "1_0", "1e400", 2**63, 10**400)
        ),
        ({"sku_code": CAP, "quantity": 1_000_001}, "quantity - must be less than or equal to 1000000"),
        ({"sku_code": CAP, "quantity": 2**53}, "quantity - must be less than or equal to 1000000"),
        ({"sku_code": CAP, "unit_amount_cents": 2**53}, "unit_amount_cents - must be less than or equal to 100000000"),
        ({"sku_code": CAP, "unit_amount_cents": -1}, "unit_amount_cents - must be greater than or equal to 0"),
        ({"bundle_code": "SET"}, "bundle_code - is invalid"),
        ({"item_type": "gift_cards"}, "item_type - is invalid"),
    ],
)
def test_a_line_that_cannot_be_is_refused(
    commercelayer: CommerceLayer, attributes: dict[str, Any], refused: str
) -> None:
    before = _sums(commercelayer)

    assert [f"422 VALIDATION_ERROR {refused}"] == _refused(commercelayer, ("orders", SEED_ORDER), **attributes)
    assert before == _sums(commercelayer)


@pytest.mark.parametrize("type_", ["payment_methods", "shipments"])
def test_a_line_is_of_a_sku(commercelayer: CommerceLayer, type_: str) -> None:
    name = "payment_method" if type_ == "payment_methods" else "shipments"
    found = commercelayer.get(f"/orders/{SEED_ORDER}/{name}")["data"]
    item = found if type_ == "payment_methods" else found[0]
    body = document_of("line_items", {"quantity": 1}, {"order": ("orders", SEED_ORDER), "item": (type_, item["id"])})
    before = _sums(commercelayer)

    assert ["422 VALIDATION_ERROR item - is invalid"] == commercelayer.refusal("POST", "/line_items", body)
    assert before == _sums(commercelayer)


@pytest.mark.parametrize("price", [-5000, 0, 1])
def test_a_sales_channel_sets_no_price(commercelayer: CommerceLayer, price: int) -> None:
    shop = commercelayer.as_sales_channel(scope="market:code:EU")
    line = _line(commercelayer, CAP)["id"]
    before = _sums(commercelayer)

    created = document_of("line_items", {"sku_code": CAP, "quantity": 1, "unit_amount_cents": price},
                          {"order": ("orders", SEED_ORDER)})  # fmt: skip
    changed = document_of("line_items", {"unit_amount_cents": price}, id_=line)

    assert [401, 401, before] == [
        shop.send("POST", "/line_items", created).status,
        shop.send("PATCH", f"/line_items/{line}", changed).status,
        _sums(commercelayer),
    ]


def test_what_klarna_takes_no_sum_of_can_be_a_cart_and_not_be_paid(commercelayer: CommerceLayer) -> None:
    dear: dict[str, Any] = {"sku_code": CAP, "quantity": 1_000_000, "unit_amount_cents": 100_000_000}
    _add(commercelayer, **dear)

    body = document_of("klarna_payments", {}, {"order": ("orders", SEED_ORDER)})

    assert 100_000_000_007_750 == _sums(commercelayer)[2]
    assert ["422 VALIDATION_ERROR order - is invalid"] == commercelayer.refusal("POST", "/klarna_payments", body)
    assert not _has_source(commercelayer)


@pytest.mark.parametrize("order", [None, ("orders", "nobodyKnow")])
def test_a_line_needs_its_order(commercelayer: CommerceLayer, order: Any) -> None:
    assert ["422 VALIDATION_ERROR order - can't be blank"] == _refused(commercelayer, order, sku_code=CAP)


def test_a_sku_without_a_price_needs_one_on_the_line(commercelayer: CommerceLayer) -> None:
    category = commercelayer.only("/shipping_categories")["id"]
    told = {"code": "NEW", "name": "New"}
    commercelayer.create("skus", told, shipping_category=("shipping_categories", category))

    refused = _refused(commercelayer, ("orders", SEED_ORDER), sku_code="NEW")

    assert ["422 VALIDATION_ERROR unit_amount_cents - can't be blank"] == refused
    assert 700 == _add(commercelayer, sku_code="NEW", unit_amount_cents=700)["attributes"]["total_amount_cents"]


def test_a_placed_order_keeps_its_lines(commercelayer: CommerceLayer) -> None:
    line = _line(commercelayer, SHIRT)["id"]
    commercelayer.place()

    refused = ["422 VALIDATION_ERROR order - is invalid"]

    assert refused == _refused(commercelayer, ("orders", SEED_ORDER), sku_code=CAP)
    assert refused == commercelayer.refused("line_items", line, {"quantity": 5})
    assert refused == commercelayer.refusal("DELETE", f"/line_items/{line}")
    assert [7250, 500, 7750, 3] == _sums(commercelayer)


def test_the_lines_of_an_order_that_is_edited_change(commercelayer: CommerceLayer) -> None:
    line = _line(commercelayer, SHIRT)["id"]
    commercelayer.place()
    commercelayer.pull("_start_editing")

    commercelayer.update("line_items", line, {"quantity": 1})

    assert ["editing/authorized/unfulfilled", 4850] == [commercelayer.status(), _sums(commercelayer)[2]]


def test_a_sales_channel_fills_its_cart(commercelayer: CommerceLayer) -> None:
    shop = commercelayer.as_sales_channel(scope="market:code:EU")
    order = shop.create("orders", {"customer_email": "jo@shop.test"})["id"]

    line = _add(shop, order, sku_code=CAP)
    shop.update("line_items", line["id"], {"quantity": 3})

    assert [4350, 0, 4350, 3] == _sums(shop, order)
