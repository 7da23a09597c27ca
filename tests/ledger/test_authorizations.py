from __future__ import annotations

from datetime import timedelta

import pytest

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from mock_server.ledger.authorizations import AlreadyGranted, AlreadyUsed, UnknownAuthorization

from tests.threads import tried_at_once

from .conftest import Heard, Till

MILLISECOND = timedelta(milliseconds=1)


def test_a_granted_authorization_is_the_sessions(world: World, till: Till) -> None:
    session = till.session()

    granted = authorizations.grant(world, session)

    assert granted == authorizations.find_authorization(world, granted["token"])
    assert granted["token"] == sessions.find_session(world, session["id"])["authorization_token"]
    assert (session["id"], session["merchant"], "valid") == (
        granted["session_id"], granted["merchant"], granted["status"],
    )  # fmt: skip


def test_a_grant_is_told(till: Till, heard: Heard) -> None:
    granted = till.authorization()

    assert [("authorization.granted", granted)] == heard


def test_a_token_lives_60_minutes(world: World, till: Till) -> None:
    granted = till.authorization()
    world.advance(timedelta(minutes=60) - MILLISECOND)

    found = authorizations.find_authorization(world, granted["token"])

    assert "2026-11-20T13:00:00.000Z" == found["expires_at"]


def test_after_60_minutes_a_token_is_worth_nothing(world: World, till: Till) -> None:
    granted = till.authorization()
    world.advance(timedelta(minutes=60))

    with pytest.raises(UnknownAuthorization) as gone:
        authorizations.find_authorization(world, granted["token"])

    assert (
        f"authorization {granted['token']} expired at 2026-11-20T13:00:00.000Z, 60 minutes after it was granted;"
        " it is 2026-11-20T13:00:00.000Z"
    ) == str(gone.value)


def test_the_clock_tells_which_token_expired(world: World, till: Till, heard: Heard) -> None:
    granted = till.authorization()

    fired = world.advance(timedelta(minutes=61))

    assert [
        {
            "at": "2026-11-20T13:00:00.000Z",
            "what": "authorization.expired",
            "authorization_token": granted["token"],
            "session_id": granted["session_id"],
        }
    ] == fired
    assert ["authorization.granted", "authorization.expired"] == heard.names


def test_a_used_token_does_not_expire_aloud(world: World, till: Till, heard: Heard) -> None:
    granted = till.authorization()
    till.place(granted)

    fired = world.advance(timedelta(minutes=61))

    assert [] == fired
    assert ["authorization.granted", "order.placed"] == heard.names


def test_a_later_authorization_replaces_the_earlier_token(world: World, till: Till) -> None:
    session = till.session()
    earlier = authorizations.grant(world, session)

    later = authorizations.grant(world, session)

    assert later["token"] == authorizations.find_authorization(world, later["token"])["token"]
    with pytest.raises(UnknownAuthorization) as replaced:
        authorizations.find_authorization(world, earlier["token"])
    assert f"authorization {earlier['token']} was replaced" == str(replaced.value)


def test_a_completed_session_gets_no_further_token(world: World, till: Till) -> None:
    order = till.order()
    session = sessions.find_session(world, order["session_id"])

    with pytest.raises(sessions.SessionCompleted):
        authorizations.grant(world, session)

    assert 1 == sum(1 for _ in world.store.all("authorizations"))


def test_a_session_that_was_completed_meanwhile_gets_no_token(world: World, till: Till) -> None:
    """The caller read the session before the order was placed."""
    stale = till.session()
    till.place(authorizations.grant(world, stale))

    with pytest.raises(sessions.SessionCompleted):
        authorizations.grant(world, stale)

    assert 1 == sum(1 for _ in world.store.all("authorizations"))


def _opened_with(world: World, till: Till, token: str) -> Record:
    purchase = till.session()["purchase"]
    return sessions.open_session(world, purchase, merchant="PK1", base_url="http://x", token=token)


def test_a_token_that_nobody_granted_can_count_as_granted(world: World, till: Till) -> None:
    granted = authorizations.grant_unseen(world, _opened_with(world, till, "b4bd3423-24e3"))

    assert "b4bd3423-24e3" == granted["token"]
    assert granted == authorizations.find_authorization(world, "b4bd3423-24e3")
    assert "AUTHORIZED" == till.place(granted)["status"]


def test_of_16_that_grant_the_same_token_one_does(world: World, till: Till) -> None:
    opened = iter([_opened_with(world, till, "b4bd3423-24e3") for _ in range(16)])

    results = tried_at_once(lambda: authorizations.grant_unseen(world, next(opened)))

    assert 1 == sum(isinstance(result, dict) for result in results)
    assert 15 == sum(isinstance(result, AlreadyGranted) for result in results)


def test_an_order_uses_the_token_and_the_session_knows_for_what(world: World, till: Till) -> None:
    granted = till.authorization()

    till.place(granted, digest="abc")

    used = authorizations.find_authorization(world, granted["token"])
    session = sessions.find_session(world, granted["session_id"])
    assert ("used", "order") == (used["status"], used["used_for"])
    assert {"token": granted["token"], "body_digest": "abc", "answer": {"order": "placed"}} == session["placed"]


def test_a_token_places_one_order(world: World, till: Till) -> None:
    granted = till.authorization()
    till.place(granted, digest="first")

    with pytest.raises(sessions.SessionCompleted) as again:
        till.place(granted, digest="second")

    assert "first" == again.value.placed["body_digest"]
    assert 1 == sum(1 for _ in world.store.all("orders"))


def test_of_16_threads_one_places_the_order(world: World, till: Till) -> None:
    granted = till.authorization()

    results = tried_at_once(lambda: till.place(granted))

    assert 1 == sum(isinstance(result, dict) for result in results)
    assert 15 == sum(isinstance(result, sessions.SessionCompleted) for result in results)
    assert 1 == sum(1 for _ in world.store.all("orders"))


def test_a_replaced_token_places_no_order(world: World, till: Till) -> None:
    session = till.session()
    earlier = authorizations.grant(world, session)
    authorizations.grant(world, session)

    with pytest.raises(UnknownAuthorization):
        till.place(earlier)

    assert "incomplete" == sessions.find_session(world, session["id"])["status"]


def test_a_token_spent_on_a_customer_token_does_not_keep_the_shopper_from_another(world: World, till: Till) -> None:
    session = till.session(intent="tokenize")
    spent = authorizations.grant(world, session)
    authorizations.keep_customer_token(world, spent["token"], {"token_id": "1"}, spend=True)

    authorizations.grant(world, session)

    assert "used" == authorizations.find_authorization(world, spent["token"])["status"]


def test_a_cancelled_token_is_worth_nothing_and_leaves_the_session_open(world: World, till: Till) -> None:
    granted = till.authorization()

    authorizations.cancel(world, granted["token"])

    with pytest.raises(UnknownAuthorization) as cancelled:
        authorizations.find_authorization(world, granted["token"])
    assert f"authorization {granted['token']} was cancelled" == str(cancelled.value)
    session = sessions.find_session(world, granted["session_id"])
    assert ("incomplete", None) == (session["status"], session["authorization_token"])


def test_a_cancelled_token_does_not_expire_aloud(world: World, till: Till) -> None:
    granted = till.authorization()
    authorizations.cancel(world, granted["token"])

    assert [] == world.advance(timedelta(minutes=61))


def test_a_used_token_cannot_be_cancelled(world: World, till: Till) -> None:
    granted = till.authorization()
    till.place(granted)

    with pytest.raises(AlreadyUsed):
        authorizations.cancel(world, granted["token"])

    assert "used" == authorizations.find_authorization(world, granted["token"])["status"]


def test_a_cancelled_token_cannot_be_used(world: World, till: Till) -> None:
    granted = till.authorization()
    authorizations.cancel(world, granted["token"])

    with pytest.raises(UnknownAuthorization):
        till.place(granted)


def test_a_customer_token_made_with_spending_uses_the_authorization_up(world: World, till: Till) -> None:
    granted = till.authorization(intent="tokenize")

    kept = authorizations.keep_customer_token(world, granted["token"], {"token_id": "1"}, spend=True)

    assert {"token_id": "1"} == kept
    with pytest.raises(AlreadyUsed, match="was used for its customer_token"):
        till.place(authorizations.find_authorization(world, granted["token"]))


def test_a_customer_token_made_without_spending_leaves_the_order_possible(world: World, till: Till) -> None:
    granted = till.authorization(intent="buy_and_tokenize")
    authorizations.keep_customer_token(world, granted["token"], {"token_id": "1"}, spend=False)

    till.place(granted)

    assert "order" == authorizations.find_authorization(world, granted["token"])["used_for"]


def test_of_16_customer_tokens_the_first_is_kept(world: World, till: Till) -> None:
    granted = till.authorization(intent="tokenize")
    numbers = iter(range(16))

    results = tried_at_once(
        lambda: authorizations.keep_customer_token(world, granted["token"], {"token_id": next(numbers)}, spend=True)
    )

    assert 1 == len({result["token_id"] for result in results})


def test_after_an_order_no_customer_token_is_kept(world: World, till: Till) -> None:
    granted = till.authorization(intent="buy_and_tokenize")
    till.place(granted)

    with pytest.raises(AlreadyUsed):
        authorizations.keep_customer_token(world, granted["token"], {"token_id": "1"}, spend=False)
