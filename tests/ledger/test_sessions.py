from __future__ import annotations

from datetime import timedelta

import pytest

from mock_server.core.world import World
from mock_server.ledger import sessions
from mock_server.ledger.sessions import SessionCompleted, UnknownSession

from .conftest import Heard, Till

MILLISECOND = timedelta(milliseconds=1)


def test_an_opened_session_is_found_again_as_it_was(world: World, till: Till) -> None:
    opened = till.session(amount=4200)

    found = sessions.find_session(world, opened["id"])

    assert opened == found
    assert ("incomplete", None, None) == (found["status"], found["authorization_token"], found["order_id"])
    assert 4200 == found["purchase"]["order_amount"]


def test_a_session_expires_48_hours_after_it_was_opened(till: Till) -> None:
    opened = till.session()

    assert ("2026-11-20T12:00:00.000Z", "2026-11-22T12:00:00.000Z") == (opened["created_at"], opened["expires_at"])


def test_a_session_is_there_until_the_last_millisecond(world: World, till: Till) -> None:
    opened = till.session()
    world.advance(timedelta(hours=48) - MILLISECOND)

    found = sessions.find_session(world, opened["id"])

    assert opened["id"] == found["id"]


def test_a_session_is_gone_after_48_hours(world: World, till: Till) -> None:
    opened = till.session()
    world.advance(timedelta(hours=48))

    with pytest.raises(UnknownSession) as gone:
        sessions.find_session(world, opened["id"])

    expected = f"session {opened['id']} expired at 2026-11-22T12:00:00.000Z, it is 2026-11-22T12:00:00.000Z"
    assert expected == str(gone.value)


def test_a_session_nobody_opened_is_unknown(world: World) -> None:
    with pytest.raises(UnknownSession) as unknown:
        sessions.find_session(world, "b4bd3423-24e3")

    assert "no session b4bd3423-24e3 in world default" == str(unknown.value)


def test_the_clock_tells_which_session_expired(world: World, till: Till, heard: Heard) -> None:
    opened = till.session()

    fired = world.advance(timedelta(hours=49))

    expected = {"at": "2026-11-22T12:00:00.000Z", "what": "session.expired", "session_id": opened["id"]}
    assert [expected] == fired
    assert [("session.expired", opened)] == heard


def test_a_completed_session_does_not_expire_aloud(world: World, till: Till, heard: Heard) -> None:
    till.order()

    fired = world.advance(timedelta(hours=49))

    assert [] == fired
    assert ["authorization.granted", "order.placed"] == heard.names


def test_an_update_replaces_the_fields_it_names_and_keeps_the_rest(world: World, till: Till) -> None:
    opened = till.session(merchant_reference1="before")

    updated = sessions.update_session(world, opened["id"], {"merchant_reference1": "after"})

    assert "after" == updated["purchase"]["merchant_reference1"]
    assert opened["purchase"]["order_lines"] == updated["purchase"]["order_lines"]
    assert updated == sessions.find_session(world, opened["id"])


def test_an_update_does_not_prolong_a_session(world: World, till: Till) -> None:
    opened = till.session()
    world.advance(timedelta(hours=1))

    updated = sessions.update_session(world, opened["id"], {"merchant_reference1": "after"})

    assert opened["expires_at"] == updated["expires_at"]


def test_an_unknown_session_cannot_be_updated(world: World) -> None:
    with pytest.raises(UnknownSession):
        sessions.update_session(world, "nobody", {"merchant_reference1": "after"})


def test_a_completed_session_cannot_be_updated(world: World, till: Till) -> None:
    order = till.order()

    with pytest.raises(SessionCompleted) as completed:
        sessions.update_session(world, order["session_id"], {"merchant_reference1": "after"})

    assert f"order {order['order_id']} was placed with session {order['session_id']}" == str(completed.value)
    assert "merchant_reference1" not in sessions.find_session(world, order["session_id"])["purchase"]


def test_sessions_have_uuids_of_any_version(till: Till) -> None:
    """Klarna's session ids were recorded with the version digits 1, 3, 4, 5 and 6."""
    versions = {till.session()["id"][14] for _ in range(60)}

    assert set("13456") == versions


def test_the_order_of_the_categories_differs_from_session_to_session(till: Till) -> None:
    orders = {tuple(name for name, _ in till.session()["categories"]) for _ in range(40)}

    assert 1 < len(orders)
    assert {frozenset({"pay_later", "pay_over_time", "pay_now"})} == {frozenset(names) for names in orders}


def test_an_american_session_offers_one_category(till: Till) -> None:
    american = till.session(purchase_country="US", purchase_currency="USD")

    assert [["pay_over_time", "4 interest-free payments"]] == american["categories"]
