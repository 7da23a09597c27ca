"""What becomes of an order of Commerce Layer in each status by each trigger, as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from mock_server.providers.commercelayer.state.statuses import MOVES
from tests.commercelayer import SEED_ORDER, CommerceLayer

ARCHIVING = ("_archive", "_unarchive", "_reset_circuit")  # of an order in any status
PLACED_ALREADY = ("_place", "_authorize")


def _nothing(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()


def _authorized(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.pull("_authorize")


def _placing(commercelayer: CommerceLayer) -> None:
    commercelayer.pay()
    commercelayer.pull("_place", place_async=True)


def _placed(commercelayer: CommerceLayer) -> None:
    commercelayer.place()


def _then(before: Callable[[CommerceLayer], None], *triggers: str) -> Callable[[CommerceLayer], None]:
    def go_on(commercelayer: CommerceLayer) -> None:
        before(commercelayer)
        for trigger in triggers:
            commercelayer.pull(trigger)

    return go_on


def _partly_refunded(commercelayer: CommerceLayer) -> None:
    _then(_placed, "_approve_and_capture")(commercelayer)
    capture = commercelayer.only(f"/orders/{SEED_ORDER}/captures")
    commercelayer.update("captures", capture["id"], {"_refund_amount_cents": 500})


_HOW: Mapping[str, Callable[[CommerceLayer], None]] = {
    "pending/unpaid/unfulfilled": _nothing,
    "pending/authorized/unfulfilled": _authorized,
    "placing/unpaid/unfulfilled": _placing,
    "placed/authorized/unfulfilled": _placed,
    "editing/authorized/unfulfilled": _then(_placed, "_start_editing"),
    "approved/authorized/unfulfilled": _then(_placed, "_approve"),
    "approved/paid/in_progress": _then(_placed, "_approve_and_capture"),
    "approved/paid/fulfilled": _then(_placed, "_approve_and_capture", "_fulfill"),
    "approved/partially_refunded/in_progress": _partly_refunded,
    "cancelled/unpaid/unfulfilled": _then(_nothing, "_cancel"),
    "cancelled/voided/unfulfilled": _then(_placed, "_cancel"),
    "cancelled/refunded/unfulfilled": _then(_placed, "_approve_and_capture", "_refund"),
    "cancelled/refunded/fulfilled": _then(_placed, "_approve_and_capture", "_fulfill", "_refund"),
}
# statuses -> trigger -> statuses afterwards
_BECOMES: Mapping[str, Mapping[str, str]] = {
    "pending/unpaid/unfulfilled": {
        "_place": "placed/authorized/unfulfilled",
        "_authorize": "pending/authorized/unfulfilled",
        "_cancel": "cancelled/unpaid/unfulfilled",
    },
    "pending/authorized/unfulfilled": {
        "_place": "placed/authorized/unfulfilled",
        "_cancel": "cancelled/voided/unfulfilled",
    },
    "placing/unpaid/unfulfilled": {
        "_pending": "pending/unpaid/unfulfilled",
        "_cancel": "cancelled/unpaid/unfulfilled",
    },
    "placed/authorized/unfulfilled": {
        "_approve": "approved/authorized/unfulfilled",
        "_approve_and_capture": "approved/paid/in_progress",
        "_cancel": "cancelled/voided/unfulfilled",
        "_start_editing": "editing/authorized/unfulfilled",
    },
    "editing/authorized/unfulfilled": {"_stop_editing": "placed/authorized/unfulfilled"},
    "approved/authorized/unfulfilled": {
        "_capture": "approved/paid/in_progress",
        "_approve_and_capture": "approved/paid/in_progress",
        "_cancel": "cancelled/voided/unfulfilled",
    },
    "approved/paid/in_progress": {
        "_refund": "cancelled/refunded/unfulfilled",
        "_fulfill": "approved/paid/fulfilled",
    },
    "approved/paid/fulfilled": {"_refund": "cancelled/refunded/fulfilled"},
    "approved/partially_refunded/in_progress": {
        "_refund": "cancelled/refunded/unfulfilled",
        "_fulfill": "approved/partially_refunded/fulfilled",
    },
}
_CART = ("_refresh", "_refresh_prices", "_nullify_payment_source", "_update_taxes", "_validate", "_fix_payment_source")
_CHECKS = ("_update_taxes", "_validate", "_fix_payment_source")
# statuses -> triggers that are taken, and leave all three as they are
_STAYS: Mapping[str, tuple[str, ...]] = {
    "pending/unpaid/unfulfilled": ("_pending", *_CART),
    "pending/authorized/unfulfilled": ("_pending", "_authorize", *_CART),
    "placing/unpaid/unfulfilled": ("_place", "_validate"),
    "placed/authorized/unfulfilled": (*PLACED_ALREADY, "_stop_editing", *_CHECKS),
    "editing/authorized/unfulfilled": ("_start_editing", *_CART),
    "approved/authorized/unfulfilled": (*PLACED_ALREADY, "_approve", *_CHECKS),
    "approved/paid/in_progress": (
        *PLACED_ALREADY, "_approve", "_capture", "_approve_and_capture", *_CHECKS,
    ),
    "approved/paid/fulfilled": (
        *PLACED_ALREADY, "_approve", "_capture", "_approve_and_capture", "_fulfill", *_CHECKS,
    ),
    "approved/partially_refunded/in_progress": ("_place", "_approve", *_CHECKS),
    "cancelled/unpaid/unfulfilled": ("_cancel",),
    "cancelled/voided/unfulfilled": ("_cancel",),
    "cancelled/refunded/unfulfilled": ("_cancel", "_refund"),
    "cancelled/refunded/fulfilled": ("_cancel", "_refund"),
}  # fmt: skip
_MOVING = [(before, trigger, after) for before, row in _BECOMES.items() for trigger, after in row.items()]


@pytest.mark.parametrize(("before", "trigger", "after"), _MOVING)
def test_a_trigger_moves_an_order_on(commercelayer: CommerceLayer, before: str, trigger: str, after: str) -> None:
    _HOW[before](commercelayer)
    was = commercelayer.status()

    commercelayer.pull(trigger)

    assert [before, after] == [was, commercelayer.status()]


@pytest.mark.parametrize("status", _HOW)
def test_a_trigger_that_was_pulled_before_or_only_notes_something_leaves_the_statuses(
    commercelayer: CommerceLayer, status: str
) -> None:
    _HOW[status](commercelayer)
    moved = commercelayer.transactions()

    stayed = {trigger: "/".join(_statuses(commercelayer, trigger)) for trigger in (*_STAYS[status], *ARCHIVING)}

    assert dict.fromkeys(stayed, status) == stayed
    assert moved == commercelayer.transactions()


@pytest.mark.parametrize("status", _HOW)
def test_every_other_trigger_is_refused_and_changes_nothing(commercelayer: CommerceLayer, status: str) -> None:
    _HOW[status](commercelayer)
    others = sorted(MOVES.keys() - {*_BECOMES.get(status, ()), *_STAYS[status], *ARCHIVING} - _unsettled(status))
    before = commercelayer.read("orders", SEED_ORDER)

    refused = {trigger: commercelayer.refused("orders", SEED_ORDER, {trigger: True}) for trigger in others}

    assert dict.fromkeys(others, ["422 VALIDATION_ERROR status - transition not permitted"]) == refused
    assert [before, status] == [commercelayer.read("orders", SEED_ORDER), commercelayer.status()]


def _statuses(commercelayer: CommerceLayer, trigger: str) -> list[str]:
    order = commercelayer.pull(trigger)
    return [order[name] for name in ("status", "payment_status", "fulfillment_status")]


def _unsettled(status: str) -> set[str]:
    """What no source tells: a refund of what was never paid, another authorization of what was given back."""
    return {"_refund", "_authorize"} if status.startswith("cancelled") or "partially_refunded" in status else set()
