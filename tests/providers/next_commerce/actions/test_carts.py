"""Carts are filled, changed and forgotten; one that nobody touches for 30 minutes is abandoned, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.clock import to_text
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import carts
from mock_server.providers.next_commerce.schemas.carts import CartSchema, UpdateCartSchema
from mock_server.providers.next_commerce.schemas.fields import load
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state.carts import KIND, abandoned_at, cart_view
from mock_server.providers.next_commerce.state.seeds import furnish
from tests.klarna import fine
from tests.next_commerce import JANE, MONTHLY, TEA_MONTH, TEAPOT, TOWEL, NextCommerce, cart_of, line_of
from tests.receiver import Receiver
from tests.threads import at_once, tried_at_once

URL = "http://127.0.0.1:8080"
LEAST_ONE = "Ensure this value is greater than or equal to 1."


def found(shop: NextCommerce, query: str) -> list[int]:
    return [row["id"] for row in shop.results(f"/carts/?{query}")]


class TestFilled:
    def test_it_is_answered_with_its_checkout(self, shop: NextCommerce) -> None:
        answer = shop.send("POST", "/carts/", cart_of(line_of(TEAPOT, 2)))

        cart = answer.json
        assert [201, "Open", False, "20.00", "USD"] == [
            answer.status, *(cart[name] for name in ("status", "abandoned", "total_incl_tax", "currency"))
        ]  # fmt: skip
        checkout = cart["checkout_url"]
        assert checkout.startswith("http://localhost/accounts/complete-order/")
        assert [32, "?world=test"] == [len(checkout.split("/")[5]), checkout.split("/")[6]]
        assert cart == shop.get(f"/carts/{cart['id']}/")

    def test_lines_name_variants_and_show_both(self, shop: NextCommerce) -> None:
        (line,) = shop.post("/carts/", cart_of({"product_id": TOWEL, "quantity": 3}))["lines"]

        assert [111, TOWEL, "TOWEL-1", "Linen Tea Towel", 3, "30.99", None] == [
            line[name]
            for name in ("product_id", "variant_id", "sku", "product_title", "quantity", "price_incl_tax", "interval")
        ]

    def test_the_guides_body_is_taken_prices_as_numbers_and_currencies_on_lines(self, shop: NextCommerce) -> None:
        line = {"product_id": TEAPOT, "currency": "EUR", "quantity": 2, "price": 33.44}

        cart = shop.post("/carts/", cart_of(line))

        assert ["EUR", "EUR", "66.88"] == [cart["currency"], cart["lines"][0]["currency"], cart["total_incl_tax"]]

    def test_coupons_take_off(self, shop: NextCommerce) -> None:
        cart = shop.post("/carts/", cart_of(line_of(TEAPOT, 2), line_of(TOWEL), vouchers=["half"]))

        assert ["15.00", "15.00"] == [cart["total_incl_tax"], cart["total_discount"]]
        assert [("HALF", "15.00")] == [(each["voucher"]["code"], each["amount"]) for each in cart["voucher_discounts"]]
        assert ["10.00", "5.00"] == [line["total_discount"] for line in cart["lines"]]

    def test_lines_that_recur_say_how_often(self, shop: NextCommerce) -> None:
        line = {"product_id": TEA_MONTH, "quantity": 1, "subscription": MONTHLY}

        (told,) = shop.post("/carts/", cart_of(line))["lines"]

        assert ["month", 1, "17.99"] == [told[name] for name in ("interval", "interval_count", "price_incl_tax")]

    def test_a_new_customer_is_made_and_told_of_and_a_known_one_found(
        self, shop: NextCommerce, receiver: Receiver
    ) -> None:
        shop.listen(receiver.url(), "customer.created")

        first, second = (shop.post("/carts/", cart_of(user=user)) for user in (JANE, {"email": "JANE@shop.test"}))

        assert first["user"] == second["user"]
        assert ["customer.created"] == shop.told()
        assert [JANE["email"]] == [user["email"] for user in shop.results("/users/") if user["first_name"] == "Jane"]

    def test_names_may_be_blank_and_the_customer_unknown(self, shop: NextCommerce) -> None:
        blank = shop.post("/carts/", cart_of(user={"email": "a@shop.test", "first_name": "", "last_name": ""}))
        nobodys = shop.post("/carts/", {"lines": [line_of()]})

        assert ["", None] == [blank["user"]["first_name"], nobodys["user"]]

    @pytest.mark.parametrize(
        ("fields", "told"),
        [
            ({"lines": []}, {"lines": {"non_field_errors": ["This list may not be empty."]}}),
            ({"lines": None}, {"lines": ["This field may not be null."]}),
            ({"lines": [line_of(110)]}, {"lines": [{"product_id": ['Invalid pk "110" - object does not exist.']}]}),
            ({"lines": [line_of(quantity=0)]}, {"lines": [{"quantity": [LEAST_ONE]}]}),
            ({"vouchers": ["NONE"]}, {"vouchers": ['Voucher "NONE" does not exist.']}),
            ({"currency": "XTS"}, {"currency": ['"XTS" is not a valid choice.']}),
            ({"user": {"id": 5}}, {"user": {"id": ['Invalid pk "5" - object does not exist.']}}),
            ({"user": {"email": "jane"}}, {"user": {"email": ["Enter a valid email address."]}}),
        ],
    )
    def test_what_is_wrong_is_refused_and_leaves_no_cart_and_no_customer(
        self, shop: NextCommerce, fields: dict[str, Any], told: Any
    ) -> None:
        customers = shop.results("/users/")

        refused = shop.refusal("POST", "/carts/", cart_of(**fields))

        assert (400, told) == refused
        assert [[], customers, []] == [shop.results("/carts/"), shop.results("/users/"), shop.advance("31m")]


class TestChanged:
    def test_other_lines_replace_all_and_those_of_the_same_variant_keep_their_ids(self, shop: NextCommerce) -> None:
        cart = shop.post("/carts/", cart_of(line_of(TEAPOT), line_of(TOWEL), metadata={"a": 1}, vouchers=["HALF"]))
        path = f"/carts/{cart['id']}/"

        answer = shop.send("PUT", path, {"lines": [line_of(TEA_MONTH), line_of(TOWEL, 5)]})

        after = answer.json
        assert [200, [TEA_MONTH, TOWEL], "30.00"] == [
            answer.status, [line["variant_id"] for line in after["lines"]], after["total_incl_tax"]
        ]  # fmt: skip
        new, kept = (line["id"] for line in after["lines"])
        assert [cart["lines"][1]["id"], True] == [kept, new not in [line["id"] for line in cart["lines"]]]
        same = ("id", "user", "metadata", "checkout_url", "created_at", "currency")
        assert [cart[name] for name in same] == [after[name] for name in same]
        assert after == shop.get(path)

    def test_what_else_is_given_is_replaced(self, shop: NextCommerce) -> None:
        cart = shop.post("/carts/", cart_of(vouchers=["HALF"], attribution={"funnel": "a", "gclid": "g"}))

        body = {"lines": [line_of()], "vouchers": [], "attribution": {"funnel": "b"}, "metadata": {"b": 2}}
        after = fine(shop.send("PUT", f"/carts/{cart['id']}/", body))

        assert [[], "b", None, {"b": 2}, "10.00"] == [
            after["voucher_discounts"], after["attribution"]["funnel"], after["attribution"]["gclid"],
            after["metadata"], after["total_incl_tax"],
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "body", [{}, {"lines": []}, {"lines": [line_of(99)]}, {"lines": [line_of()], "vouchers": ["X"]}]
    )
    def test_what_is_wrong_is_refused_and_nothing_changes(self, shop: NextCommerce, body: dict[str, Any]) -> None:
        cart = shop.post("/carts/", cart_of())
        path = f"/carts/{cart['id']}/"

        assert [400, cart] == [shop.refusal("PUT", path, body)[0], shop.get(path)]

    def test_a_deleted_one_is_gone(self, shop: NextCommerce) -> None:
        path = f"/carts/{shop.post('/carts/', cart_of())['id']}/"

        answer = shop.send("DELETE", path)

        assert [204, ""] == [answer.status, answer.text]
        gone = [shop.refusal(method, path, {"lines": [line_of()]}) for method in ("GET", "PUT", "DELETE")]
        assert [(404, {"detail": "No Cart matches the given query."})] * 3 == gone


class TestFound:
    @pytest.fixture
    def two(self, shop: NextCommerce) -> tuple[int, int]:
        """One of yesterday in euros, abandoned; one of today in dollars."""
        attribution = {"funnel": "f1", "utm_source": "news", "subaffiliate3": "s"}
        old = shop.post("/carts/", cart_of(line_of(TOWEL), currency="EUR", attribution=attribution))["id"]
        shop.advance("24h")
        return old, shop.post("/carts/", cart_of())["id"]

    @pytest.mark.parametrize(
        ("query", "indexes"),
        [
            ("", [1, 0]),
            ("currency=EUR", [0]),
            ("abandoned=true", [0]),
            ("abandoned=false", [1]),
            ("product=111", [0]),
            (f"product={TEAPOT}", [1]),
            ("product=110&product=111", [1, 0]),
            ("date_created_from=2026-11-21", [1]),
            ("date_created_to=2026-11-20", [0]),
            ("funnels=f1", [0]),
            ("utm_source=news", [0]),
            ("utm_source=mail", []),
            ("subaffiliate3=s", [0]),
        ],
    )
    def test_a_filter_finds_what_it_says(
        self, shop: NextCommerce, two: tuple[int, int], query: str, indexes: list[int]
    ) -> None:
        assert [two[index] for index in indexes] == found(shop, query)

    def test_a_row_lacks_lines_and_totals(self, shop: NextCommerce, two: tuple[int, int]) -> None:
        row = shop.results("/carts/?currency=EUR")[0]

        assert [
            "id", "status", "abandoned", "currency", "user", "attribution", "checkout_url", "date_created", "metadata",
        ] == list(row)  # fmt: skip
        assert ["2026-11-20T12:00:00-05:00", "f1"] == [row["date_created"], row["attribution"]["funnel"]]

    def test_a_date_that_is_none_is_refused(self, shop: NextCommerce, two: tuple[int, int]) -> None:
        refused = shop.refusal("GET", "/carts/?date_created_to=soon")

        assert (400, {"date_created_to": ["Enter a valid date."]}) == refused


class TestOfACustomer:
    """What orders make of carts."""

    @pytest.fixture
    def world(self, world: World) -> World:
        furnish(world)
        return world

    def _made(self, world: World, **fields: Any) -> Record:
        return carts.create(world, load(CartSchema, cart_of(**fields)), URL)

    def test_the_open_one_is_the_newest(self, world: World) -> None:
        first, second = self._made(world), self._made(world)
        other = self._made(world, user={"email": "bo@shop.test"})

        assert [second["id"], other["id"]] == [
            (carts.open_cart_of(world, cart["user_id"]) or {}).get("id") for cart in (first, other)
        ]
        assert [None, None] == [carts.open_cart_of(world, 1), carts.open_cart_of(world, None)]

    def test_one_that_became_an_order_is_no_cart_any_more(self, world: World) -> None:
        first, second = self._made(world), self._made(world)

        carts.close(world, second)
        carts.close(world, second)

        assert first == carts.open_cart_of(world, first["user_id"])
        assert [first] == carts.list_carts(world, {})
        with pytest.raises(errors.NotFound) as refused:
            carts.find(world, str(second["id"]))
        assert "expected Open" in refused.value.faults[0].text

    def test_one_that_became_an_order_is_never_abandoned(self, world: World) -> None:
        world.clock.freeze()
        carts.close(world, self._made(world))

        fired = world.advance(abandoned_at(self._made(world)) - world.clock.now())

        assert ["20002"] == [each["cart"] for each in fired]

    def test_one_that_was_deleted_meanwhile_is_closed_in_peace(self, world: World) -> None:
        cart = self._made(world)
        carts.delete(world, cart)

        carts.close(world, cart)

        assert carts.open_cart_of(world, cart["user_id"]) is None

    def test_nobody_changes_one_that_became_an_order(self, world: World) -> None:
        cart = self._made(world)
        carts.close(world, cart)

        with pytest.raises(errors.NotFound):
            carts.update(world, cart, load(UpdateCartSchema, {"lines": [line_of(TOWEL)]}))

    def test_pages_of_the_default_world_do_not_name_it(self, world: World) -> None:
        assert cart_view(world, self._made(world))["checkout_url"].endswith("/")


@pytest.mark.usefixtures("eager_threads")
class TestAtOnce:
    @pytest.fixture
    def world(self, world: World) -> World:
        furnish(world)
        world.clock.freeze()
        return world

    def test_carts_of_one_new_customer_are_all_theirs(self, world: World) -> None:
        made = at_once(lambda: carts.create(world, load(CartSchema, cart_of()), URL))

        assert 1 == len({cart["user_id"] for cart in made})
        assert 16 == len({cart["id"] for cart in made})

    def test_one_that_is_touched_by_many_is_abandoned_once(self, world: World) -> None:
        cart = carts.create(world, load(CartSchema, cart_of()), URL)
        tried_at_once(lambda: carts.update(world, cart, load(UpdateCartSchema, {"lines": [line_of()]})))

        fired = world.advance(3 * (abandoned_at(cart) - world.clock.now()))

        assert [{"cart": str(cart["id"]), "what": "next_commerce.cart.abandoned"}] == [
            {name: each[name] for name in ("cart", "what")} for each in fired
        ]

    def test_one_whose_alarm_was_lost_to_an_earlier_one_is_watched_on(self, world: World) -> None:
        cart = carts.create(world, load(CartSchema, cart_of()), URL)
        world.advance(timedelta(minutes=20))
        now = to_text(world.clock.now())
        records.change(world, KIND, cart["id"], lambda found: {**found, "touched_at": now})

        fired = world.advance(timedelta(minutes=29)), world.advance(timedelta(minutes=1))

        assert [0, 1] == [len(each) for each in fired]

    def test_one_that_is_bought_while_it_is_touched_stays_bought(self, world: World) -> None:
        cart = carts.create(world, load(CartSchema, cart_of()), URL)
        is_sold = iter([False] * 7 + [True] + [False] * 8)

        def act() -> object:
            if not next(is_sold):
                return carts.update(world, cart, load(UpdateCartSchema, {"lines": [line_of()]}))
            carts.close(world, cart)
            return None

        results = tried_at_once(act)

        assert {errors.NotFound, type(None), dict} >= {type(result) for result in results}
        assert carts.open_cart_of(world, cart["user_id"]) is None
