"""The table of statuses. Source: docs.multisafepay.com, payment statuses, Klarna, testing."""

from __future__ import annotations

from itertools import product

import pytest

from mock_server.providers.multisafepay.errors import Impossible
from mock_server.providers.multisafepay.state.statuses import MOVES, REPLACEABLE, State, after_refunds, moved

# move -> what it makes of what; every other pair is impossible
EXPECTED = {
    "authorize": {"initialized/initialized": "completed/uncleared"},
    "pay": {"initialized/initialized": "completed/completed"},
    "reserve": {"initialized/initialized": "completed/initialized"},
    "hold": {"initialized/initialized": "uncleared/uncleared"},
    "decline": {"initialized/initialized": "declined/declined"},
    "abort": {"initialized/initialized": "void/void"},
    "accept": {"uncleared/uncleared": "completed/uncleared"},
    "reject": {"uncleared/uncleared": "declined/declined", "completed/uncleared": "declined/declined"},
    "cancel": {
        "initialized/initialized": "cancelled/cancelled",
        "uncleared/uncleared": "void/void",
        "completed/uncleared": "void/void",
        "completed/initialized": "void/void",
    },
    "ship": {
        "uncleared/uncleared": "shipped/uncleared",
        "completed/uncleared": "shipped/uncleared",
        "completed/completed": "shipped/completed",
    },
    "capture": {"completed/initialized": "completed/completed"},
    "expire": {
        "initialized/initialized": "expired/expired",
        "uncleared/uncleared": "expired/expired",
        "completed/uncleared": "expired/expired",
        "completed/initialized": "void/void",
    },
    "settle": {
        "shipped/uncleared": "shipped/completed",
        "partial_refunded/uncleared": "partial_refunded/completed",
        "refunded/uncleared": "refunded/completed",
    },
}
STATES = sorted({state for table in EXPECTED.values() for pair in table.items() for state in pair})


def state_of(text: str) -> State:
    return State(*text.split("/"))


def test_the_moves_are_those_of_the_table() -> None:
    assert set(EXPECTED) == set(MOVES)


@pytest.mark.parametrize(("move", "before"), list(product(EXPECTED, STATES)))
def test_a_move_leads_where_the_table_says_or_nowhere(move: str, before: str) -> None:
    after = EXPECTED[move].get(before)

    if after is None:
        with pytest.raises(Impossible, match=f"^{move} of order ON-1 needs .*, it is {before}$"):
            moved(state_of(before), move, "ON-1")
    else:
        assert state_of(after) == moved(state_of(before), move, "ON-1")


def test_a_refused_move_says_what_it_needs() -> None:
    with pytest.raises(Impossible) as caught:
        moved(State("void", "void"), "ship", "ON-1")

    assert (
        "ship of order ON-1 needs uncleared/uncleared or completed/uncleared or completed/completed, it is void/void"
        == str(caught.value)
    )


@pytest.mark.parametrize("status", ["declined", "cancelled", "void", "expired"])
def test_no_move_leads_out_of_an_end(status: str) -> None:
    assert not [move for move, table in MOVES.items() if State(status, status) in table]


@pytest.mark.parametrize("status", sorted({state.partition("/")[0] for state in STATES}))
def test_only_what_was_not_paid_gives_its_order_id_away(status: str) -> None:
    was_paid = status in ("completed", "uncleared", "shipped", "partial_refunded", "refunded")

    assert was_paid == (status not in REPLACEABLE)


@pytest.mark.parametrize(
    ("refunded", "full", "expected"),
    [
        (0, "refunded", "shipped"),
        (1, "refunded", "partial_refunded"),
        (9999, "refunded", "partial_refunded"),
        (10000, "refunded", "refunded"),
        (10000, "void", "void"),
        (9999, "void", "partial_refunded"),
    ],
)
def test_refunds_make_a_status(refunded: int, full: str, expected: str) -> None:
    assert expected == after_refunds("shipped", 10000, refunded, full)
