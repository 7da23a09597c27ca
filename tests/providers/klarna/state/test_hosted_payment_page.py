from __future__ import annotations

import pytest

from mock_server.core.world import World
from mock_server.providers.klarna.state import hosted_payment_page as state

from ..hosted import again, hosted

FINAL = (state.COMPLETED, state.CANCELLED, state.DISABLED, state.TIMEOUT)


@pytest.mark.parametrize("status", state.OPEN)
def test_whatever_is_open_can_end_in_every_way(world: World, status: str) -> None:
    for final in FINAL:
        session = hosted(world)
        world.store.put(state.KIND, session["id"], session | {"status": status})

        assert final == state.move(world, session["id"], final)["status"]


@pytest.mark.parametrize("final", FINAL)
def test_what_is_final_stays_so(world: World, final: str) -> None:
    session = hosted(world)
    state.move(world, session["id"], final)
    kept = again(world, session)

    for status in state.FOLLOWS:
        with pytest.raises(state.NotPossible, match=f"is {final}, it cannot become {status}"):
            state.move(world, session["id"], status)

    assert kept == again(world, session)


def test_a_payment_at_work_keeps_others_out(world: World) -> None:
    session = hosted(world)

    with (
        state.paying(world, session["id"]),
        pytest.raises(state.NotPossible, match="is at work since 2026-11-20T12:00:00.000Z"),
        state.paying(world, session["id"]),
    ):
        pass

    with state.paying(world, session["id"]):
        assert "2026-11-20T12:00:00.000Z" == again(world, session)["paying_since"]
    assert again(world, session)["paying_since"] is None


def test_a_payment_that_was_stopped_half_way_makes_room_after_a_minute(world: World) -> None:
    session = hosted(world)
    world.store.put(state.KIND, session["id"], session | {"paying_since": "2026-11-20T11:59:00.000Z"})

    with state.paying(world, session["id"]):
        assert "2026-11-20T12:00:00.000Z" == again(world, session)["paying_since"]


def test_placeholders_are_filled_and_what_is_not_known_is_left_out(world: World) -> None:
    session = hosted(world) | {"authorization_token": "t-1"}
    url = "https://shop.test/ü?s={{session_id}}&t={{authorization_token}}&o={{order_id}}&s={{session_id}}&{{x}}"

    filled = state.filled_in(url, session)

    own = session["id"]
    assert f"https://shop.test/%C3%BC?s={own}&t=t-1&o=&s={own}&%7B%7Bx%7D%7D" == filled


@pytest.mark.parametrize(
    ("status", "given", "expected"),
    [
        (state.COMPLETED, ("success",), "success"),
        (state.BACK, ("back", "cancel"), "back"),
        (state.BACK, ("cancel",), "cancel"),
        (state.CANCELLED, ("back", "cancel"), "cancel"),
        (state.CANCELLED, ("back",), ""),
        (state.FAILED, ("failure", "error"), "failure"),
        (state.ERROR, ("failure", "error"), "error"),
        (state.ERROR, ("failure",), "failure"),
        (state.IN_PROGRESS, ("success",), ""),
        (state.DISABLED, ("cancel", "failure"), ""),
    ],
)
def test_each_status_leads_to_its_url(world: World, status: str, given: tuple[str, ...], expected: str) -> None:
    urls = {name: f"https://shop.test/{name}" for name in given}
    session = hosted(world, merchant_urls=urls) | {"status": status}

    assert (f"https://shop.test/{expected}" if expected else "") == state.return_url(session)
