from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.clock import Alarm
from mock_server.core.errors import NotEmulated
from mock_server.core.world import World
from mock_server.ledger import sessions
from mock_server.providers.klarna.actions import hosted_payment_page as actions
from mock_server.providers.klarna.actions import hosted_shopper as shopper
from mock_server.providers.klarna.errors import hosted_payment_page as errors
from mock_server.providers.klarna.errors.payments import BadValue, InvalidSessionId, SessionHasBeenCompleted
from mock_server.providers.klarna.schemas.hosted_payment_page import Hosted
from mock_server.providers.klarna.state import hosted_payment_page as state

from ..conftest import purchase_of
from ..hosted import again, hosted, said, told

HOOK = {"status_update": "http://127.0.0.1:9/told"}


def create(world: World, payment_session_id: str, api: str = "payments", **asked: Any) -> dict[str, Any]:
    whole = {"hosted": Hosted(api, payment_session_id), **asked}
    return actions.create_session(world, whole, merchant="PK1", base_url="http://127.0.0.1")


def payment_session(world: World, **fields: Any) -> str:
    opened = sessions.open_session(world, purchase_of(**fields), merchant="PK1", base_url="http://127.0.0.1")
    return str(opened["id"])


def test_a_page_ends_one_hour_before_its_payment_session(world: World) -> None:
    session_id = payment_session(world)
    world.advance(timedelta(minutes=3))

    created = create(world, session_id)

    assert "2026-11-22T11:00:00.000Z" == created["expires_at"]


def test_nobody_is_told_of_a_new_page(world: World) -> None:
    hosted(world, merchant_urls=HOOK)

    assert [] == told(world)


@pytest.mark.parametrize(
    ("country", "currency", "path"), [("SE", "SEK", "eu"), ("US", "USD", "na"), ("AU", "AUD", "oc")]
)
def test_a_page_is_in_the_region_of_the_purchase(world: World, country: str, currency: str, path: str) -> None:
    created = create(world, payment_session(world, purchase_country=country, purchase_currency=currency))

    assert created["redirect_url"].startswith(f"http://127.0.0.1/{path}/hpp/payments/")


def test_an_unknown_payment_session_is_refused(world: World) -> None:
    with pytest.raises(InvalidSessionId) as refusal:
        create(world, "nobody")

    assert "no session nobody in world default" == str(refusal.value.__cause__)


def test_a_payment_session_in_its_last_hour_is_refused(world: World) -> None:
    session_id = payment_session(world)
    world.advance(timedelta(hours=47))

    with pytest.raises(InvalidSessionId) as refusal:
        create(world, session_id)

    assert "expires at 2026-11-22T12:00:00.000Z, a page 1 h before" in str(refusal.value.__cause__)
    assert [] == list(world.store.all(state.KIND))


def test_a_completed_payment_session_is_refused(world: World) -> None:
    session = hosted(world, options={"place_order_mode": "PLACE_ORDER"})
    shopper.act(world, session, said("accepted"))

    with pytest.raises(SessionHasBeenCompleted):
        create(world, session["payment_session_id"])


def test_a_category_that_is_not_offered_is_refused(world: World) -> None:
    with pytest.raises(BadValue, match="options.payment_method_category"):
        create(world, payment_session(world), options={"payment_method_category": "DIRECT_DEBIT"})

    assert [] == list(world.store.all(state.KIND))


def test_an_order_of_checkout_says_that_it_is_not_hosted(world: World) -> None:
    world.store.put("klarna_checkout_orders", "o-1", {"order_id": "o-1"})

    with pytest.raises(NotEmulated, match="Checkout v3"):
        create(world, "o-1", api="checkout")
    with pytest.raises(InvalidSessionId):
        create(world, "o-2", api="checkout")


def test_several_pages_may_host_one_payment_session(world: World) -> None:
    session_id = payment_session(world)

    pages = [create(world, session_id)["session_id"] for _ in range(2)]

    assert pages == [session["id"] for session in state.hosts_of(world, session_id)]
    assert 2 == len(set(pages))


def test_a_disabled_page_stays_disabled_and_is_told_once(world: World) -> None:
    session = hosted(world, merchant_urls=HOOK)

    actions.delete_session(world, session)
    actions.delete_session(world, session)

    assert ["DISABLED", ["DISABLED"]] == [again(world, session)["status"], told(world)]
    assert "incomplete" == sessions.find_session(world, session["payment_session_id"])["status"]


def test_a_completed_page_cannot_be_disabled(world: World) -> None:
    session = hosted(world)
    shopper.act(world, session, said("accepted"))

    with pytest.raises(errors.AlreadyCompleted):
        actions.delete_session(world, session)

    assert "COMPLETED" == again(world, session)["status"]


def test_a_cancelled_page_stays_cancelled(world: World) -> None:
    session = hosted(world, purchase={"acquiring_channel": "IN_STORE"})
    shopper.act(world, session, said("cancelled"))

    actions.delete_session(world, session)

    assert "CANCELLED" == again(world, session)["status"]


def test_a_page_that_nobody_paid_on_times_out(world: World) -> None:
    session = hosted(world, merchant_urls=HOOK)

    fired = world.advance(timedelta(hours=47))

    assert {
        "at": "2026-11-22T11:00:00.000Z", "what": "klarna.hosted_payment_page.timeout", "session_id": session["id"],
    } in fired  # fmt: skip
    assert ["TIMEOUT", ["TIMEOUT"]] == [again(world, session)["status"], told(world)]
    with pytest.raises(InvalidSessionId) as refusal:
        actions.find_session(world, session["id"])
    assert "expired at 2026-11-22T11:00:00.000Z, it is 2026-11-22T11:00:00.000Z" in str(refusal.value.__cause__)


@pytest.mark.parametrize("outcome", ["accepted", "cancelled"])
def test_a_page_that_is_over_does_not_time_out(world: World, outcome: str) -> None:
    session = hosted(world, purchase={"acquiring_channel": "IN_STORE"})
    done = shopper.act(world, session, said(outcome)).session

    fired = world.advance(timedelta(hours=47))

    assert done["status"] == again(world, session)["status"]
    assert "klarna.hosted_payment_page.timeout" not in [what["what"] for what in fired]


def test_an_alarm_that_comes_too_late_does_nothing(world: World) -> None:
    session = hosted(world, merchant_urls=HOOK)
    actions.delete_session(world, session)

    fired = actions.expire(world, Alarm(0, state.EXPIRY, session["id"]))

    assert [None, "DISABLED", ["DISABLED"]] == [fired, again(world, session)["status"], told(world)]


def test_a_distribution_is_kept_and_not_sent(world: World) -> None:
    session = hosted(world)
    asked = {"method": "email", "contact_information": {"email": "astrid@shop.test"}}

    actions.distribute_session(world, session, asked)

    (kept,) = again(world, session)["distributions"]
    url = f"http://127.0.0.1/eu/hpp/payments/{session['page_id']}"
    assert {**asked, "url": url, "distributed_at": "2026-11-20T12:00:00.000Z"} == kept
    assert [] == list(world.outbox.newest())
    assert "WAITING" == again(world, session)["status"]


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        ("COMPLETED", errors.AlreadyCompleted, "Session has already been completed"),
        ("DISABLED", errors.SessionIsClosed, "Session is disabled"),
        ("CANCELLED", errors.SessionIsClosed, "Session is cancelled"),
    ],
)
def test_a_page_that_is_over_is_not_distributed(
    world: World, status: str, error: type[Exception], message: str
) -> None:
    session = hosted(world)
    state.move(world, session["id"], status)

    with pytest.raises(error, match=message):
        actions.distribute_session(world, session, {"method": "token", "contact_information": {"access_id": "1"}})

    assert [] == again(world, session)["distributions"]
