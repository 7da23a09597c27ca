"""Orders of Commerce Layer that are placed asynchronously, by an alarm of the world's clock."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of


@pytest.fixture
def noon(commercelayer: CommerceLayer) -> CommerceLayer:
    """In a world where it is noon until somebody moves the clock."""
    commercelayer.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"})
    return commercelayer


def _placing() -> dict[str, Any]:
    return document_of("orders", {"_place": True, "place_async": True}, id_=SEED_ORDER)


def test_an_order_is_placing_until_its_alarm(noon: CommerceLayer) -> None:
    noon.pay()

    noon.pull("_place", place_async=True)

    assert ["placing/unpaid/unfulfilled", []] == [noon.status(), noon.transactions()]
    fired = noon.advance("1s")
    assert [("commercelayer.orders.place", SEED_ORDER)] == [(each["what"], each["order_id"]) for each in fired]
    assert ["placed/authorized/unfulfilled", ["authorizations 7750"]] == [noon.status(), noon.transactions()]


def test_what_goes_wrong_later_is_kept_as_an_error_of_the_order(noon: CommerceLayer) -> None:
    noon.pay()
    noon.advance("59m59s")
    noon.pull("_place", place_async=True)

    (_, fired) = noon.advance("2s")

    order = noon.read("orders", SEED_ORDER)
    error = noon.only(f"/orders/{SEED_ORDER}/resource_errors")["attributes"]
    assert ["placing/unpaid/unfulfilled", 1] == [noon.status(), order["errors_count"]]
    assert ["order_data", "VALIDATION_ERROR", "is expired"] == [error[name] for name in ("name", "code", "message")]
    assert ["commercelayer.orders.placing", "order_data - is expired"] == [fired["what"], fired["failed"]]


@pytest.mark.parametrize(
    ("scenario", "name", "code"),
    [
        ("declined-on-place", "base", "PAYMENT_NOT_APPROVED_FOR_EXECUTION"),
        ("session-expired", "order_data", "VALIDATION_ERROR"),
    ],
)
def test_a_scenario_is_told_when_the_order_is_placed(
    noon: CommerceLayer, scenario: str, name: str, code: str
) -> None:
    noon.pay()
    noon.choose_scenario(scenario)

    answer = noon.send("PATCH", f"/orders/{SEED_ORDER}", _placing())
    noon.advance("1s")

    assert [200, "placing/unpaid/unfulfilled"] == [answer.status, noon.status()]
    error = noon.only(f"/orders/{SEED_ORDER}/resource_errors")["attributes"]
    assert [name, code] == [error["name"], error["code"]]


def test_klarna_may_take_its_time_over_an_order_that_is_placed_later(noon: CommerceLayer) -> None:
    noon.pay()
    noon.choose_scenario("pending-then-accepted")
    noon.pull("_place", place_async=True)

    noon.advance("1s")

    assert ["placed/authorized/unfulfilled", "PENDING"] == [noon.status(), noon.ledger_order()["fraud_status"]]
    noon.advance("5m")
    assert "ACCEPTED" == noon.ledger_order()["fraud_status"]


def test_an_order_that_was_cancelled_meanwhile_is_not_placed(noon: CommerceLayer) -> None:
    noon.pay()
    noon.pull("_place", place_async=True)

    noon.pull("_cancel")

    assert [[], "cancelled/unpaid/unfulfilled"] == [noon.advance("1s"), noon.status()]


def test_an_order_that_went_back_to_pending_is_not_placed_by_its_alarm(noon: CommerceLayer) -> None:
    noon.pay()
    noon.pull("_place", place_async=True)

    noon.pull("_pending")

    assert [] == noon.advance("1s")
    assert ["pending/unpaid/unfulfilled", []] == [noon.status(), noon.transactions()]


def test_placing_twice_before_the_alarm_places_once(noon: CommerceLayer) -> None:
    noon.pay()
    noon.pull("_place", place_async=True)

    noon.pull("_place")
    noon.advance("5s")

    assert ["authorizations 7750"] == noon.transactions()
