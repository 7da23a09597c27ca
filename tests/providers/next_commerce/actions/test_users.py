"""Customers: made, found, changed; their addresses, orders and subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import users
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import records, seeds
from mock_server.providers.next_commerce.state.customers import KIND
from tests.next_commerce import MONTHLY, OLD, TEA_MONTH, NextCommerce, line_of
from tests.threads import at_once, tried_at_once

TAKEN = {"email": ["user with this email already exists."]}
REQUIRED = ["This field is required."]
PIER = {"line1": "1 Pier", "line4": "Porto", "country": "PT"}
MADE_UP = "made-up"


def user_in(shop: NextCommerce, email: str = "bo@shop.test", **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.post("/users/", {"email": email, **fields})
    return found


def defaults(shop: NextCommerce, user: dict[str, Any]) -> list[tuple[str, bool, bool]]:
    """First line of each address, whether it is the default of shipping, of billing."""
    return [
        (each["line1"], each["is_default_for_shipping"], each["is_default_for_billing"])
        for each in shop.get(f"/users/{user['id']}/")["addresses"]
    ]


class TestMaking:
    def test_a_store_has_one_customer_with_a_default_address(self, next_commerce: NextCommerce) -> None:
        (ada,) = next_commerce.results("/users/")

        (address,) = ada["addresses"]
        assert ("ada@example.com", "lead", 0, True, True) == (
            ada["email"], ada["user_type"], ada["orders_count"],
            address["is_default_for_shipping"], address["is_default_for_billing"],
        )  # fmt: skip

    def test_what_is_left_out_is_filled_in(self, next_commerce: NextCommerce) -> None:
        answer = next_commerce.send("POST", "/users/", {"email": "bo@shop.test"})

        expected: dict[str, Any] = {
            "first_name": "", "last_name": "", "phone_number": None, "language": "en", "accepts_marketing": False,
            "is_blocked": False, "ip": None, "user_agent": None, "user_type": "lead", "tags": [], "metadata": {},
            "addresses": [], "orders_count": 0, "subscriptions_count": 0, "total_spent": "0.00",
        }  # fmt: skip
        assert (201, expected) == (answer.status, {name: answer.json[name] for name in expected})
        assert answer.json == next_commerce.get(f"/users/{answer.json['id']}/")

    def test_what_is_told_is_kept(self, next_commerce: NextCommerce) -> None:
        told: dict[str, Any] = {
            "first_name": "Bo", "last_name": "Øre", "phone_number": "+4520123456", "language": "da", "tags": ["vip"],
            "metadata": {"a": [1]}, "accepts_marketing": True, "is_blocked": True, "ip": "10.0.0.1", "user_agent": "x",
        }  # fmt: skip

        user = user_in(next_commerce, **told)

        assert told == {name: user[name] for name in told}

    def test_addresses_come_along_the_first_is_the_default(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce, addresses=[PIER, {**PIER, "line1": "2 Pier"}])

        assert [("1 Pier", True, True), ("2 Pier", False, False)] == defaults(next_commerce, user)

    def test_a_later_one_that_says_so_is_the_default_instead(self, next_commerce: NextCommerce) -> None:
        second = {**PIER, "line1": "2 Pier", "is_default_for_shipping": True}

        user = user_in(next_commerce, addresses=[PIER, second])

        assert [("1 Pier", False, True), ("2 Pier", True, False)] == defaults(next_commerce, user)

    @pytest.mark.parametrize(
        ("fields", "refusal"),
        [
            ({"email": None}, {"email": ["This field may not be null."]}),
            ({"email": ""}, {"email": ["This field may not be blank."]}),
            ({"email": "nobody"}, {"email": ["Enter a valid email address."]}),
            ({"email": "Ada@Example.com"}, TAKEN),
            ({"language": "xx"}, {"language": ['"xx" is not a valid choice.']}),
            ({"first_name": "x" * 256}, {"first_name": ["Ensure this field has no more than 255 characters."]}),
            ({"addresses": [PIER, {}]}, {"addresses": [{}, dict.fromkeys(("line1", "line4", "country"), REQUIRED)]}),
            (
                {"addresses": [PIER, {**PIER, "line1": ""}, PIER]},
                {"addresses": [{}, {"line1": ["This field may not be blank."]}, {}]},
            ),
            (
                {"addresses": PIER},
                {"addresses": {"non_field_errors": ['Expected a list of items but got type "dict".']}},
            ),
            ({"tags": [1, True]}, {"tags": {"1": ["Not a valid string."]}}),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
        self, next_commerce: NextCommerce, fields: dict[str, Any], refusal: dict[str, Any]
    ) -> None:
        refused = next_commerce.refusal("POST", "/users/", {"email": "bo@shop.test", **fields})

        assert (400, refusal) == refused
        assert ["ada@example.com"] == [user["email"] for user in next_commerce.results("/users/")]

    def test_a_taken_email_is_explained(self, next_commerce: NextCommerce) -> None:
        (ada,) = next_commerce.results("/users/")

        next_commerce.refusal("POST", "/users/", {"email": "ADA@example.com"})

        (fault,) = next_commerce.explanation()["faults"]
        assert {"path": "email", "text": f"ADA@example.com is the e-mail of customer {ada['id']}"} == fault

    @pytest.mark.usefixtures("eager_threads")
    def test_of_many_who_want_one_email_one_gets_it(self, world: World) -> None:
        told = tried_at_once(lambda: users.create_user(world, {"email": "bo@shop.test"}))

        made = [each for each in told if not isinstance(each, Exception)]
        assert (1, {InvalidFields}) == (len(made), {type(each) for each in told if isinstance(each, Exception)})
        assert made == list(records.oldest(world, KIND))

    @pytest.mark.usefixtures("eager_threads")
    def test_many_orders_of_one_new_customer_make_one(self, world: World) -> None:
        told = at_once(lambda: users.get_or_create(world, {"email": "bo@shop.test"}))

        assert {user["id"] for user in told} == {user["id"] for user in records.oldest(world, KIND)}
        assert 1 == len(list(records.oldest(world, KIND)))

    @pytest.mark.usefixtures("eager_threads")
    def test_many_first_requests_find_one_customer(self, world: World) -> None:
        at_once(lambda: seeds.furnish(world))

        assert ["ada@example.com"] == [user["email"] for user in records.oldest(world, KIND)]


class TestLists:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("", ["cy@shop.test", "bo@shop.test", "ada@example.com"]),
            ("email=BO@shop.test", ["bo@shop.test"]),
            ("email=shop.test", []),
            ("name=bo%20%C3%B8", ["bo@shop.test"]),
            ("phone_number=%2B4520", ["bo@shop.test"]),
            ("phone_number=+4520", ["bo@shop.test"]),
            ("language=da", ["bo@shop.test"]),
            ("user_type=lead", ["cy@shop.test", "bo@shop.test", "ada@example.com"]),
            ("user_type=customer", []),
            ("is_blocked=true", ["bo@shop.test"]),
            ("accepts_marketing=true", ["ada@example.com"]),
            ("is_blocked=false&accepts_marketing=false", ["cy@shop.test"]),
            ("date_joined_from=2026-11-21", ["cy@shop.test"]),
            ("date_joined_to=2026-11-20", ["bo@shop.test", "ada@example.com"]),
            ("date_joined_from=2026-11-20&date_joined_to=2026-11-20", ["bo@shop.test", "ada@example.com"]),
        ],
    )
    def test_filters(self, next_commerce: NextCommerce, query: str, found: list[str]) -> None:
        next_commerce.freeze("2026-11-20T17:00:00Z")
        details = {"first_name": "Bo", "last_name": "Øre", "phone_number": "+4520123456", "language": "da"}
        user_in(next_commerce, "bo@shop.test", is_blocked=True, **details)
        next_commerce.advance("12h")
        user_in(next_commerce, "cy@shop.test")

        assert found == [user["email"] for user in next_commerce.results(f"/users/?{query}")]

    def test_a_date_that_is_none_is_refused(self, next_commerce: NextCommerce) -> None:
        refused = next_commerce.refusal("GET", "/users/?date_joined_from=yesterday")

        assert (400, {"date_joined_from": ["Enter a valid date."]}) == refused


class TestChanging:
    @pytest.mark.parametrize("method", ["PATCH", "PUT"])
    def test_the_fields_given_are_replaced(self, next_commerce: NextCommerce, method: str) -> None:
        before = user_in(next_commerce, first_name="Bo", tags=["a"])
        told = {"last_name": "Øre", "tags": [], "is_blocked": True, "id": 1, "user_type": "dashboard", "addresses": []}

        answer = next_commerce.send(method, f"/users/{before['id']}/", told)

        changes = {"last_name": "Øre", "tags": [], "is_blocked": True}
        assert (200, {**before, **changes}) == (answer.status, answer.json)
        assert answer.json == next_commerce.get(f"/users/{before['id']}/")

    def test_another_email_frees_the_first(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce)

        next_commerce.send("PATCH", f"/users/{user['id']}/", {"email": "new@shop.test"})

        assert (400, TAKEN) == next_commerce.refusal("POST", "/users/", {"email": "New@shop.test"})
        assert user["id"] != user_in(next_commerce, "bo@shop.test")["id"]

    def test_the_same_email_in_capitals_is_theirs(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce)

        answer = next_commerce.send("PATCH", f"/users/{user['id']}/", {"email": "BO@shop.test"})

        assert (200, "BO@shop.test") == (answer.status, answer.json["email"])
        assert (400, TAKEN) == next_commerce.refusal("POST", "/users/", {"email": "bo@shop.test"})

    def test_an_email_of_another_is_refused_and_nothing_changes(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce)
        told = {"email": "ada@example.com", "first_name": "Not Ada"}

        assert (400, TAKEN) == next_commerce.refusal("PATCH", f"/users/{user['id']}/", told)
        assert user == next_commerce.get(f"/users/{user['id']}/")

    @pytest.mark.usefixtures("eager_threads")
    def test_emails_that_change_at_once_leave_one_that_is_taken(self, world: World) -> None:
        user = users.create_user(world, {"email": "bo@shop.test"})
        numbers = iter(range(16))

        at_once(lambda: users.update_user(world, user, {"email": f"bo-{next(numbers)}@shop.test"}))

        emails = ["bo@shop.test", *(f"bo-{number}@shop.test" for number in range(16))]
        taken = [email for email in emails if users.by_email(world, email)]
        assert [users.find(world, str(user["id"]))["email"]] == taken

    @pytest.mark.parametrize("method", ["GET", "PATCH", "PUT"])
    @pytest.mark.parametrize("id_", ["99", MADE_UP])
    def test_one_that_is_not_there_is_not_found(self, next_commerce: NextCommerce, method: str, id_: str) -> None:
        refused = next_commerce.refusal(method, f"/users/{id_}/", {})

        assert (404, {"detail": "No User matches the given query."}) == refused


class TestAddresses:
    def test_one_is_added_listed_and_read(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce)
        told = {**PIER, "first_name": "Bo", "phone_number": "912345678", "notes": "bell is broken"}

        answer = next_commerce.send("POST", f"/users/{user['id']}/addresses/", told)

        shown = {**told, "phone_number": "+351912345678", "line2": "", "state": ""}
        assert (201, shown) == (answer.status, {name: answer.json[name] for name in shown})
        path = f"/users/{user['id']}/addresses/"
        assert [answer.json] == next_commerce.results(path)
        assert answer.json == next_commerce.get(f"{path}{answer.json['id']}/")

    def test_a_default_takes_the_place_of_the_one_before(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce, addresses=[PIER])
        path = f"/users/{user['id']}/addresses/"

        second = next_commerce.post(path, {**PIER, "line1": "2 Pier", "is_default_for_billing": True})
        between = defaults(next_commerce, user)
        next_commerce.send("PUT", f"{path}{second['id']}/", {**PIER, "line1": "3", "is_default_for_shipping": True})

        assert [("1 Pier", True, False), ("2 Pier", False, True)] == between
        assert [("1 Pier", False, False), ("3", True, True)] == defaults(next_commerce, user)

    def test_a_default_can_be_one_no_more(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce, addresses=[PIER])
        path = f"/users/{user['id']}/addresses/{user['addresses'][0]['id']}/"

        next_commerce.send("PUT", path, {**PIER, "is_default_for_billing": False})

        assert [("1 Pier", True, False)] == defaults(next_commerce, user)

    def test_a_replacement_leaves_what_it_does_not_name_and_empties_what_is_null(
        self, next_commerce: NextCommerce
    ) -> None:
        first = {**PIER, "line2": "left", "postcode": "4000", "first_name": "Bo"}
        user = user_in(next_commerce, addresses=[first])
        path = f"/users/{user['id']}/addresses/{user['addresses'][0]['id']}/"

        answer = next_commerce.send("PUT", path, {**PIER, "line2": None, "postcode": ""})

        assert (200, "", "", "Bo") == (
            answer.status, answer.json["line2"], answer.json["postcode"], answer.json["first_name"]
        )  # fmt: skip
        assert answer.json == next_commerce.get(path)

    def test_a_deleted_one_is_gone(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce, addresses=[PIER, {**PIER, "line1": "2 Pier"}])
        path = f"/users/{user['id']}/addresses/{user['addresses'][0]['id']}/"

        answer = next_commerce.send("DELETE", path)

        assert (204, "") == (answer.status, answer.text)
        assert ["2 Pier"] == [line for line, *_ in defaults(next_commerce, user)]
        refused = next_commerce.refusal("GET", path)
        assert (404, {"detail": "No UserAddress matches the given query."}) == refused

    def test_an_incomplete_one_is_refused_and_nothing_changes(self, next_commerce: NextCommerce) -> None:
        user = user_in(next_commerce, addresses=[PIER])
        path = f"/users/{user['id']}/addresses/"
        missing = {"line4": REQUIRED, "country": REQUIRED}

        for method, at in (("POST", path), ("PUT", f"{path}{user['addresses'][0]['id']}/")):
            assert (400, missing) == next_commerce.refusal(method, at, {"line1": "x"})

        assert user == next_commerce.get(f"/users/{user['id']}/")

    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "addresses/"), ("POST", "addresses/"), ("GET", "addresses/1/"), ("DELETE", "addresses/1/")],
    )
    def test_of_nobody_there_is_none(self, next_commerce: NextCommerce, method: str, path: str) -> None:
        refused = next_commerce.refusal(method, f"/users/{MADE_UP}/{path}", PIER)

        assert (404, {"detail": "No User matches the given query."}) == refused

    def test_of_another_customer_it_is_not_found(self, next_commerce: NextCommerce) -> None:
        (ada,) = next_commerce.results("/users/")
        user = user_in(next_commerce, addresses=[PIER])

        refused = next_commerce.refusal("DELETE", f"/users/{ada['id']}/addresses/{user['addresses'][0]['id']}/")

        assert (404, {"detail": "No UserAddress matches the given query."}) == refused
        assert [("1 Pier", True, True)] == defaults(next_commerce, user)

    @pytest.mark.usefixtures("eager_threads")
    def test_of_many_first_ones_one_is_the_default(self, world: World) -> None:
        user = users.create_user(world, {"email": "bo@shop.test"})

        at_once(lambda: users.add_address(world, user, PIER))

        kept = users.find(world, str(user["id"]))["addresses"]
        assert [True, *[False] * 15] == [each["is_default_for_shipping"] for each in kept]
        assert 16 == len({each["id"] for each in kept})

    def test_an_order_brings_its_addresses_once(self, next_commerce: NextCommerce) -> None:
        first = next_commerce.buy()
        second = next_commerce.buy()

        (kept,) = next_commerce.get(f"/users/{first['user']['id']}/")["addresses"]
        ids = {order[name]["id"] for order in (first, second) for name in ("shipping_address", "billing_address")}
        assert {kept["id"]} == ids


class TestWhatTheyBought:
    def test_orders_come_as_a_plain_array_the_newest_first_without_their_customer(
        self, next_commerce: NextCommerce
    ) -> None:
        orders = [next_commerce.buy(), next_commerce.buy("card_token")]

        listed = next_commerce.get(f"/users/{orders[0]['user']['id']}/orders/")

        shown = [next_commerce.read(order["number"]) for order in orders[::-1]]
        assert [{name: value for name, value in order.items() if name != "user"} for order in shown] == listed

    def test_orders_follow_the_version(self, next_commerce: NextCommerce) -> None:
        user = next_commerce.buy()["user"]["id"]

        (old,) = next_commerce.of_version(OLD).get(f"/users/{user}/orders/")

        assert ("price_currency" in old["lines"][0], "total_outstanding" in old) == (True, False)

    def test_subscriptions_do_too(self, next_commerce: NextCommerce) -> None:
        order = next_commerce.buy(lines=[line_of(TEA_MONTH, subscription=MONTHLY)])

        listed = next_commerce.get(f"/users/{order['user']['id']}/subscriptions/")

        assert [order["subscriptions"][0]["id"]] == [each["id"] for each in listed]
        assert [order["user"]["id"]] == [each["user"]["id"] for each in listed]

    @pytest.mark.parametrize("what", ["orders", "subscriptions"])
    def test_others_have_bought_nothing(self, next_commerce: NextCommerce, what: str) -> None:
        (ada,) = next_commerce.results("/users/")
        next_commerce.buy(lines=[line_of(TEA_MONTH, subscription=MONTHLY)])

        assert [] == next_commerce.get(f"/users/{ada['id']}/{what}/")

    def test_who_has_ordered_is_a_customer_and_has_spent(self, next_commerce: NextCommerce) -> None:
        user = next_commerce.buy()["user"]["id"]

        shown = next_commerce.get(f"/users/{user}/")

        assert ("customer", 1, "15.00") == (shown["user_type"], shown["orders_count"], shown["total_spent"])
