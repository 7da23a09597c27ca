"""Subscriptions are changed: what is given is replaced, and counts from the next renewal on."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.klarna import InProcess, fine
from tests.next_commerce import NextCommerce, subscription_of


@pytest.fixture(autouse=True)
def _noon(next_commerce: NextCommerce) -> None:
    """Of Friday 2026-11-20, in New York."""
    next_commerce.freeze()


def _patched(next_commerce: NextCommerce, id_: int, body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = fine(next_commerce.send("PATCH", f"/subscriptions/{id_}/", body))
    return found


@pytest.mark.parametrize(
    ("date", "fires_after"),
    [
        ("2027-08-17T10:09:01-04:00", None),
        ("2026-11-27T10:09:01.263144-05:00", "7d"),
        ("2026-11-27T10:09:01", "7d"),
        ("2026-11-27", "7d"),
        ("2020-1-1T00:00:00Z", "30m"),
    ],
)
def test_the_next_renewal_date_is_echoed_as_it_was_sent(
    next_commerce: NextCommerce, date: str, fires_after: str | None
) -> None:
    id_ = next_commerce.subscribe()["id"]

    changed = _patched(next_commerce, id_, {"next_renewal_date": date})
    read = next_commerce.subscription(id_)
    fired = [each["what"] for each in next_commerce.advance(fires_after or "30d")]

    assert [date, date] == [changed["next_renewal_date"], read["next_renewal_date"]]
    assert bool(fires_after) == ("next_commerce.subscription.renewed" in fired)


def test_the_first_day_of_all_is_in_the_past_east_of_greenwich_too() -> None:
    tokyo = create_app(Settings(next_commerce_timezone="Asia/Tokyo"))
    next_commerce = NextCommerce(InProcess(tokyo.test_client()), "test")
    id_ = next_commerce.subscribe()["id"]

    changed = _patched(next_commerce, id_, {"next_renewal_date": "0001-01-01"})

    assert "0001-01-01" == changed["next_renewal_date"]


def test_after_a_renewal_the_date_is_the_stores_again(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    _patched(next_commerce, id_, {"next_renewal_date": "2026-12-01T00:00:00Z", "interval": "week"})

    next_commerce.advance("11d")

    assert "2026-12-07T19:00:00-05:00" == next_commerce.subscription(id_)["next_renewal_date"]


def test_a_date_that_was_moved_renews_at_the_new_one_only(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]
    _patched(next_commerce, id_, {"next_renewal_date": "2027-01-01T12:00:00-05:00"})

    next_commerce.advance("41d")
    before = next_commerce.subscription(id_)["num_orders"]
    next_commerce.advance("1d")

    assert [1, 2] == [before, next_commerce.subscription(id_)["num_orders"]]


def test_without_a_date_it_never_renews(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    changed = _patched(next_commerce, id_, {"next_renewal_date": None})
    next_commerce.advance("400d")

    assert changed == next_commerce.subscription(id_)
    assert (None, 1) == (changed["next_renewal_date"], changed["num_orders"])


def test_schedule_shipping_and_attribution_are_replaced(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe(attribution={"funnel": "spring", "metadata": {"ref": 1}})["id"]

    changed = _patched(
        next_commerce,
        id_,
        {
            "interval": "day", "interval_count": "45", "shipping_code": "express", "shipping_price": "2.50",
            "attribution": {"metadata": {"plan_id": "plan_abc123"}},
        },
    )  # fmt: skip

    assert ("Every 45 days", "express", "2.50", "22.49") == tuple(
        changed[name] for name in ("frequency", "shipping_code", "shipping_price", "total")
    )
    attribution = changed["attribution"]
    assert ("spring", {"plan_id": "plan_abc123"}) == (attribution["funnel"], attribution["metadata"])


def test_another_shipping_method_has_its_own_price(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    changed = _patched(next_commerce, id_, {"shipping_code": "express"})

    assert ("14.99", "34.98") == (changed["shipping_price"], changed["total"])


def test_an_address_may_be_changed_in_part(next_commerce: NextCommerce) -> None:
    subscription = next_commerce.subscribe()
    part = {"line1": "4 Quay Lane", "phone_number": "2025550199"}

    changed = _patched(next_commerce, subscription["id"], {"billing_address": part})

    billing = {**subscription["billing_address"], "line1": "4 Quay Lane", "phone_number": "+12025550199"}
    assert billing == changed["billing_address"]
    assert subscription["shipping_address"] == changed["shipping_address"]


def test_an_address_that_is_not_whole_is_refused(next_commerce: NextCommerce) -> None:
    body = subscription_of(shipping_address=None, billing_same_as_shipping_address=False)
    id_ = next_commerce.post("/subscriptions/", body)["id"]

    status, told = next_commerce.refusal("PATCH", f"/subscriptions/{id_}/", {"shipping_address": {"line1": "1"}})

    assert (400, ["first_name", "last_name", "line4", "country"]) == (status, list(told["shipping_address"]))
    assert next_commerce.subscription(id_)["shipping_address"] is None


@pytest.mark.parametrize("details", [{"payment_gateway": 13}, {"payment_gateway": "13"}, {"gateway": {"id": 13}}])
def test_another_gateway_charges_the_next_renewal(next_commerce: NextCommerce, details: dict[str, Any]) -> None:
    id_ = next_commerce.subscribe("card_token")["id"]

    changed = _patched(next_commerce, id_, {"payment_details": details})
    next_commerce.advance("30d")

    newest = next_commerce.results(f"/subscriptions/{id_}/transactions/")[0]
    assert (13, 13) == (
        changed["payment_details"]["gateway"]["id"], newest["payment_details"]["gateway"]["id"],
    )  # fmt: skip


def test_a_new_card_takes_the_place_of_klarna(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    changed = _patched(next_commerce, id_, {"payment_details": {"card_token": "tok_2"}})
    next_commerce.advance("30d")

    newest = next_commerce.results(f"/subscriptions/{id_}/transactions/")[0]
    assert ("bankcard", "bankcard", "tok_2") == (
        changed["payment_method"], newest["payment_method"], newest["payment_details"]["card_token"],
    )  # fmt: skip
    assert 1 == len(next_commerce.ledger_orders())
    assert next_commerce.state("subscriptions")[0]["payment"]["token_id"] is None


def test_a_new_card_that_declines_changes_nothing(next_commerce: NextCommerce) -> None:
    before = next_commerce.subscribe()
    body = {"interval": "day", "payment_details": {"card_token": "4012888888881881"}}

    status, told = next_commerce.refusal("PATCH", f"/subscriptions/{before['id']}/", body)

    assert (400, "2000", {"card_token": "4012888888881881"}) == (
        status, told["payment_response_code"], told["payment_method"],
    )  # fmt: skip
    assert before == next_commerce.subscription(before["id"])
    newest = next_commerce.results("/transactions/")[0]
    assert ("failed", "0.00") == (newest["status"], newest["amount"])


@pytest.mark.parametrize(
    "body",
    [
        {"interval": "fortnight"},
        {"interval_count": 0},
        {"status": "paused"},
        {"shipping_code": "pigeon"},
        {"payment_details": {"payment_gateway": 99}},
        {"next_renewal_date": "9999-12-31"},
    ],
)
def test_a_refused_change_changes_nothing(next_commerce: NextCommerce, body: dict[str, Any]) -> None:
    before = next_commerce.subscribe()

    asked = {"shipping_price": "9.00", **body}

    status, told = next_commerce.refusal("PATCH", f"/subscriptions/{before['id']}/", asked)

    assert (400, list(body)) == (status, list(told))
    assert before == next_commerce.subscription(before["id"])


@pytest.mark.parametrize(
    ("status", "date"),
    [
        ("past_due", None),
        ("canceled", None),
        ("retrying", "2026-11-23T14:00:00-05:00"),
    ],
)
def test_a_status_may_be_set_and_active_again(next_commerce: NextCommerce, status: str, date: str | None) -> None:
    before = next_commerce.subscribe()

    changed = _patched(next_commerce, before["id"], {"status": status})
    back = _patched(next_commerce, before["id"], {"status": "active"})

    assert (status, date) == (changed["status"], changed["next_renewal_date"])
    assert before == back


@pytest.mark.parametrize("status", ["past_due", "canceled"])
def test_what_renews_no_more_has_no_next_renewal(next_commerce: NextCommerce, status: str) -> None:
    id_ = next_commerce.subscribe()["id"]
    before = _patched(next_commerce, id_, {"status": status})
    body = {"next_renewal_date": "2027-01-10"}

    refused = next_commerce.refusal("PATCH", f"/subscriptions/{id_}/", body)

    assert (400, {"next_renewal_date": [f"A subscription that is {status} has no next renewal."]}) == refused
    assert before == next_commerce.subscription(id_)
    back = _patched(next_commerce, id_, {**body, "status": "active"})
    assert ("active", "2027-01-10") == (back["status"], back["next_renewal_date"])


def test_a_test_card_makes_a_subscription_one_of_tests(next_commerce: NextCommerce) -> None:
    id_ = next_commerce.subscribe()["id"]

    changed = _patched(next_commerce, id_, {"payment_details": {"card_token": "test_card"}})

    assert changed["is_test"] is True


def test_a_subscription_that_is_not_there_is_told_so(next_commerce: NextCommerce) -> None:
    refused = [
        next_commerce.refusal(method, f"/subscriptions/999/{action}", {"cancel_reason": "other"})
        for method, action in (
            ("GET", ""), ("PATCH", ""), ("POST", "renew/"), ("POST", "retry/"), ("POST", "cancel/"), ("POST", "pause/"),
            ("POST", "resume/"), ("POST", "lines/"), ("PUT", "lines/1/"), ("DELETE", "lines/1/"),
            ("GET", "transactions/"),
        )
    ]  # fmt: skip

    assert [(404, {"detail": "No Subscription matches the given query."})] * 11 == refused


def test_the_customer_is_shown_as_they_are_by_now(next_commerce: NextCommerce) -> None:
    subscription = next_commerce.subscribe()
    user = subscription["user"]["id"]

    fine(next_commerce.send("PATCH", f"/users/{user}/", {"first_name": "Joan"}))

    assert "Joan" == next_commerce.subscription(subscription["id"])["user"]["first_name"]
