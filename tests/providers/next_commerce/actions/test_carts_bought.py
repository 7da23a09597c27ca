"""What orders make of their customer's open cart."""

from __future__ import annotations

from tests.next_commerce import JANE, MONTHLY, TEA_MONTH, NextCommerce, cart_of, line_of


def cart_in(shop: NextCommerce) -> str:
    """The path of a cart of Jane's that came through the spring funnel."""
    attribution = {"funnel": "spring", "metadata": {"a": 1}}
    return f"/carts/{shop.post('/carts/', cart_of(attribution=attribution))['id']}/"


def test_an_order_closes_the_cart_and_has_its_attribution(shop: NextCommerce) -> None:
    path = cart_in(shop)

    order = shop.buy("card_token", user=JANE)

    assert ["spring", {"a": 1}] == [order["attribution"][name] for name in ("funnel", "metadata")]
    assert 404 == shop.refusal("GET", path)[0]
    assert "next_commerce.cart.abandoned" not in [each["what"] for each in shop.advance("2h")]


def test_an_orders_own_attribution_stands(shop: NextCommerce) -> None:
    cart_in(shop)

    order = shop.buy("card_token", user=JANE, attribution={"utm_source": "mail"})

    assert [None, "mail"] == [order["attribution"][name] for name in ("funnel", "utm_source")]


def test_a_redirect_that_comes_to_nothing_leaves_the_cart_for_the_next(shop: NextCommerce) -> None:
    path = cart_in(shop)

    shop.complete(shop.start("klarna", user=JANE), "cancelled")
    left = shop.get(path)["status"]
    order = shop.buy("klarna", user=JANE)

    assert ["Open", "spring"] == [left, order["attribution"]["funnel"]]
    assert 404 == shop.refusal("GET", path)[0]


def test_others_carts_are_left_alone(shop: NextCommerce) -> None:
    path = cart_in(shop)

    order = shop.buy("card_token", user={"email": "bo@shop.test"})

    assert [None, "Open"] == [order["attribution"]["funnel"], shop.get(path)["status"]]


def test_renewals_leave_the_cart_open(shop: NextCommerce) -> None:
    order = shop.buy("card_token", user=JANE, lines=[line_of(TEA_MONTH, subscription=MONTHLY)])
    path = cart_in(shop)

    shop.post(f"/subscriptions/{order['subscriptions'][0]['id']}/renew/")

    assert [2, "Open"] == [len(shop.results("/orders/")), shop.get(path)["status"]]
