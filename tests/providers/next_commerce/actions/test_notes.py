"""Notes about orders and customers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.next_commerce import NextCommerce


@pytest.fixture(params=["orders", "users"])
def path(request: pytest.FixtureRequest, shop: NextCommerce) -> str:
    """Of the notes about a new order, or a new customer."""
    number = shop.buy(user={"email": "bo@shop.test"})["number"]
    about = number if request.param == "orders" else shop.read(number)["user"]["id"]
    return f"/{request.param}/{about}/notes/"


def test_the_newest_comes_first(shop: NextCommerce, path: str) -> None:
    answers = [shop.send("POST", path, {"message": message}) for message in ("one", "two")]

    assert [200, 200] == [answer.status for answer in answers]
    assert [answers[1].json, answers[0].json] == shop.results(path)
    created = "date_created" if "orders" in path else "created_at"
    assert ("one", "2026-11-20T12:00:00-05:00") == (answers[0].json["message"], answers[0].json[created])


def test_those_about_others_are_not_listed(shop: NextCommerce, path: str) -> None:
    shop.post(path, {"message": "about this one"})
    ada = shop.results("/users/")[-1]  # every store has her

    assert [] == shop.results(f"/users/{ada['id']}/notes/")
    assert [] == shop.results(f"/orders/{shop.buy()['number']}/notes/")


@pytest.mark.parametrize(
    ("body", "text"), [({}, "This field is required."), ({"message": " "}, "This field may not be blank.")]
)
def test_one_that_says_nothing_is_refused(shop: NextCommerce, path: str, body: dict[str, Any], text: str) -> None:
    assert (400, {"message": [text]}) == shop.refusal("POST", path, body)
    assert [] == shop.results(path)


@pytest.mark.parametrize(("about", "model"), [("orders", "Order"), ("users", "User")])
def test_about_nobody_there_are_none(shop: NextCommerce, about: str, model: str) -> None:
    gone = (404, {"detail": f"No {model} matches the given query."})

    assert [gone, gone] == [shop.refusal(method, f"/{about}/9/notes/", {"message": "x"}) for method in ("GET", "POST")]
