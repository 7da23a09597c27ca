"""One ledger, four faces: an act through one shows through the others, and the shop that placed the order is told.

A row of a table is an act and what is left of the order after it, for each face that places the order (through its own
shop), each that acts (its own, or Klarna's Order Management) and each that did what was before. Read are both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest

from tests.faces import (
    AUTHORIZED,
    CANCELLED,
    CAPTURED,
    EXPIRED,
    FACES,
    PART_CAPTURED,
    PENDING,
    REJECTED,
    OrderManagement,
    Picture,
    ThroughNextCommerce,
)
from tests.klarna import OverHttp
from tests.receiver import Receiver
from tests.stories import BOTH, COMMERCELAYER, KLARNA, MULTISAFEPAY, NEXT, OM, OWN, PART, Story, names_of

CAPTURED_HERE = {
    MULTISAFEPAY: "shipped/uncleared", COMMERCELAYER: "captures.succeeded orders.pay",
    NEXT: "order.updated transaction.created",
}  # fmt: skip
LET_GO = {
    MULTISAFEPAY: "void/void", COMMERCELAYER: "voids.succeeded orders.void orders.cancel",
    NEXT: "order.updated transaction.created",
}  # fmt: skip
RELEASED = {
    MULTISAFEPAY: "shipped/uncleared", COMMERCELAYER: "voids.succeeded", NEXT: "order.updated transaction.created",
}  # fmt: skip

ACCEPTED_LATER = {
    KLARNA: "FRAUD_RISK_ACCEPTED", MULTISAFEPAY: "completed/uncleared", NEXT: "order.updated transaction.created",
}  # fmt: skip
GIVEN_UP = {COMMERCELAYER: "voids.succeeded orders.void"}  # the others were told when Klarna decided


@dataclass(frozen=True)
class Row:
    """``before`` and ``act`` are names of acts; ``left`` makes the picture of a total, ``told`` says face -> events."""

    act: str
    left: Callable[[int], Picture]
    told: Mapping[str, str]
    before: tuple[str, ...] = ()
    scenario: str = ""
    shown: Mapping[str, Callable[[int], Picture]] = field(default_factory=dict)  # by faces that have no words for it

    @property
    def name(self) -> str:
        return names_of(*self.before, self.act, scenario=self.scenario)


def paid(total: int) -> Picture:
    """MultiSafepay has no word for a part of a shipment: until nothing is left to capture it shows the whole order."""
    return Picture(AUTHORIZED, total)


def partly_refunded(total: int) -> Picture:
    """partial_refunded says nothing of what was shipped before."""
    return Picture(CAPTURED, 0, total, PART)


def void(total: int) -> Picture:
    """NEXT Commerce has no word for what Klarna stops: the authorization is void, the order canceled."""
    return Picture(CANCELLED)


ROWS = (
    Row("capture", lambda total: Picture(CAPTURED, 0, total), CAPTURED_HERE),
    Row(
        "capture part", lambda total: Picture(PART_CAPTURED, total - PART, PART),
        {COMMERCELAYER: "captures.succeeded", NEXT: "order.updated transaction.created"},
        shown={MULTISAFEPAY: paid},
    ),
    Row("capture", lambda total: Picture(CAPTURED, 0, total), CAPTURED_HERE, before=("capture part",)),
    Row(
        "refund part", lambda total: Picture(CAPTURED, 0, total, PART),
        {
            MULTISAFEPAY: "partial_refunded/uncleared", COMMERCELAYER: "refunds.succeeded",
            NEXT: "order.updated transaction.created",
        },
        before=("capture",),
    ),
    Row(
        "refund", lambda total: Picture(CAPTURED, 0, total, total),
        {
            MULTISAFEPAY: "refunded/uncleared", COMMERCELAYER: "refunds.succeeded orders.refund orders.cancel",
            NEXT: "order.updated transaction.created",
        },
        before=("capture part", "capture"),
    ),
    Row(
        "refund part", lambda total: Picture(PART_CAPTURED, total - PART, PART, PART),
        {
            MULTISAFEPAY: "partial_refunded/uncleared", COMMERCELAYER: "refunds.succeeded",
            NEXT: "order.updated transaction.created",
        },
        before=("capture part",), shown={MULTISAFEPAY: partly_refunded},
    ),
    Row(
        "capture", lambda total: Picture(CAPTURED, 0, total, PART),
        {
            MULTISAFEPAY: "partial_refunded/uncleared", COMMERCELAYER: "captures.succeeded",
            NEXT: "order.updated transaction.created",
        },
        before=("capture part", "refund part"),
    ),
    Row("cancel", lambda total: Picture(CANCELLED), LET_GO),
    # NEXT Commerce calls an order off and lets the rest go; nobody else cancels what was captured in part
    Row(
        "cancel", lambda total: Picture(CAPTURED, 0, PART), {NEXT: "order.updated transaction.created"},
        before=("capture part",),
    ),
    Row("15d", lambda total: Picture(AUTHORIZED, total), {}, before=("14d", "extend")),
    Row(
        "29d", lambda total: Picture(EXPIRED),
        {MULTISAFEPAY: "expired/expired", COMMERCELAYER: "voids.succeeded orders.void", NEXT: "order.updated"},
    ),
    Row("29d", lambda total: Picture(CAPTURED, 0, PART), RELEASED, before=("capture part",)),
    Row("release", lambda total: Picture(CAPTURED, 0, PART), RELEASED, before=("capture part",)),
    Row(
        "refund", lambda total: Picture(CAPTURED, 0, PART, PART),
        {
            MULTISAFEPAY: "refunded/uncleared", COMMERCELAYER: "refunds.succeeded orders.refund orders.cancel",
            NEXT: "order.updated transaction.created",
        },
        before=("capture part", "release"),
    ),
    # no topic of Commerce Layer tells of another amount
    Row(
        "update less", lambda total: Picture(AUTHORIZED, total - PART),
        {MULTISAFEPAY: "completed/uncleared", NEXT: "order.updated transaction.updated"},
    ),
    Row(
        "update more", lambda total: Picture(AUTHORIZED, total + PART),
        {MULTISAFEPAY: "completed/uncleared", NEXT: "order.updated transaction.updated"},
    ),
    # what comes to less than the order of Commerce Layer does not pay it
    Row(
        "capture", lambda total: Picture(CAPTURED, 0, total - PART),
        {**CAPTURED_HERE, COMMERCELAYER: "captures.succeeded"}, before=("update less",),
    ),
    Row(
        "update part", lambda total: Picture(CAPTURED, 0, PART),
        {MULTISAFEPAY: "shipped/uncleared", NEXT: "order.updated transaction.updated"}, before=("capture part",),
    ),
    Row("cancel", lambda total: Picture(CANCELLED), LET_GO, before=("update less",)),
    # no topic of Commerce Layer tells of a later decision: it shows in fraud_review
    Row(
        "5m", lambda total: Picture(AUTHORIZED, total),
        ACCEPTED_LATER, scenario="pending-then-accepted",
    ),
    Row(
        "5m", lambda total: Picture(REJECTED),
        {
            KLARNA: "FRAUD_RISK_REJECTED", MULTISAFEPAY: "declined/declined",
            NEXT: "order.updated transaction.created",
        },
        scenario="pending-then-rejected",
    ),
    Row("4h", lambda total: Picture(REJECTED), GIVEN_UP, before=("5m",), scenario="pending-then-rejected"),
    Row(
        "stop", lambda total: Picture(REJECTED),
        {
            KLARNA: "FRAUD_RISK_STOPPED", MULTISAFEPAY: "declined/declined",
            NEXT: "order.updated transaction.created",
        },
        shown={NEXT: void},
    ),
    Row("4h", lambda total: Picture(REJECTED), GIVEN_UP, before=("stop",), shown={NEXT: void}),
    Row(
        "capture", lambda total: Picture(CAPTURED, 0, total), CAPTURED_HERE, before=("5m",),
        scenario="pending-then-accepted",
    ),
    # before the decision NEXT Commerce has no transaction, which could change or be void
    Row(
        "update less", lambda total: Picture(PENDING), {MULTISAFEPAY: "uncleared/uncleared"},
        scenario="pending-then-accepted",
    ),
    Row(
        "5m", lambda total: Picture(AUTHORIZED, total - PART),
        ACCEPTED_LATER, before=("update less",), scenario="pending-then-accepted",
    ),
    Row(
        "cancel", lambda total: Picture(CANCELLED), {**LET_GO, NEXT: "order.updated"},
        scenario="pending-then-rejected",
    ),
)  # fmt: skip
# who is asked, for which act, what was before -> why it cannot be: status and words of the answer; nothing changes then
CANNOT = {
    (MULTISAFEPAY, "capture part", ()): (501, "partial shipment"),
    (MULTISAFEPAY, "refund part", ("capture part",)): (400, "Cannot refund transaction"),  # nothing is shipped
    (MULTISAFEPAY, "cancel", ("capture part",)): (400, "Invalid request"),
    (COMMERCELAYER, "cancel", ("capture part",)): (422, "transition not permitted"),
    (KLARNA, "cancel", ("capture part",)): (403, "Order has previous captures. Cancel not possible."),
}


def _who_did(row: Row, face: str) -> Iterator[tuple[str, str]]:
    """Who may have done what was before, and who acts."""
    sides = (OM,) if face == KLARNA else (OWN, OM)
    own = [act for n, act in enumerate(row.before) if act in BOTH and (face, act, row.before[:n]) not in CANNOT]
    for before in sides if own else (OM,):
        for by in sides if row.act in BOTH else (OM,):
            yield before, by


CASES = [
    pytest.param(face, row, before, by, id=f"{face}: {row.name}, {before} and {by}")
    for row in ROWS
    for face in FACES
    for before, by in _who_did(row, face)
]


@pytest.fixture
def place(over_http: OverHttp, fresh_world: str, receiver: Receiver) -> Callable[..., Story]:
    """Places an order through a face, in a world of its own."""
    return lambda face, scenario="": Story(face, over_http, fresh_world, receiver, scenario)


@pytest.mark.parametrize(("face", "row", "before", "by"), CASES)
def test_an_act_through_one_face_shows_through_the_others(
    place: Callable[..., Story], face: str, row: Row, before: str, by: str
) -> None:
    story = place(face, row.scenario)
    for n, act in enumerate(row.before):
        answer = story.do(act, OM if (face, act, row.before[:n]) in CANNOT else before)
        assert answer is None or answer.status // 100 == 2, answer.text
    story.told()
    so_far = story.pictures()

    answer = story.do(row.act, by)

    asked = face if by == OWN else KLARNA
    if (asked, row.act, row.before) in CANNOT:
        status, why = CANNOT[asked, row.act, row.before]
        assert answer is not None and (status, True) == (answer.status, why in answer.text), answer
        assert (so_far, set()) == (story.pictures(), story.told())
        return
    assert answer is None or answer.status // 100 == 2, answer.text
    left = row.left(story.face.total)
    shown = row.shown[face](story.face.total) if face in row.shown else left
    assert (shown, left) == story.pictures()
    assert set(row.told.get(face, "").split()) == story.told()


# scenario -> what each shop is told of the order that it places
PLACED: Mapping[str, Mapping[str, str]] = {
    "accepted": {
        KLARNA: "push",
        MULTISAFEPAY: "initialized/initialized completed/uncleared",
        COMMERCELAYER: "authorizations.succeeded orders.authorize orders.place orders.approve",
        NEXT: "order.created transaction.created order.updated",
    },
    "pending-then-accepted": {
        KLARNA: "push",
        MULTISAFEPAY: "initialized/initialized uncleared/uncleared",
        COMMERCELAYER: "authorizations.succeeded orders.authorize orders.place orders.approve",
        NEXT: "order.created order.updated",
    },
}


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("scenario", PLACED)
def test_an_order_placed_through_any_face_is_one_of_klarnas(
    place: Callable[..., Story], face: str, scenario: str
) -> None:
    story = place(face, scenario)

    total, order = story.face.total, story.klarna.read()
    left = Picture(AUTHORIZED, total) if scenario == "accepted" else Picture(PENDING)
    assert (left, left) == story.pictures()
    assert set(PLACED[scenario].get(face, "").split()) == story.told()
    assert [story.order_id, total] == [order["order_id"], order["order_amount"]]


@pytest.mark.parametrize("placed", FACES)
@pytest.mark.parametrize("reader", FACES)
def test_klarna_reads_every_order_and_a_platform_its_own(
    over_http: OverHttp, place: Callable[..., Story], receiver: Receiver, placed: str, reader: str
) -> None:
    """A platform has no record of what was placed directly with Klarna, or through another platform."""
    story = place(placed)
    other = FACES[reader](over_http, story.face.klarna.world, receiver) if reader != placed else story.face

    assert (reader in (KLARNA, placed)) is other.knows(story.order_id)


@pytest.mark.parametrize("act", ["capture", "refund", "cancel", "release", "update less", "29d"])
def test_platforms_are_silent_about_what_was_placed_with_klarna(
    over_http: OverHttp, place: Callable[..., Story], receiver: Receiver, act: str
) -> None:
    story = place(KLARNA)
    others = [FACES[name](over_http, story.face.klarna.world, receiver) for name in FACES if name != KLARNA]
    for before in {"refund": ["capture"], "release": ["capture part"]}.get(act, []):
        story.do(before, OM)
    assert {"push"} == story.told()

    story.do(act, OM)

    assert set() == story.told()
    assert [False] * len(others) == [other.knows(story.order_id) for other in others]


def test_a_store_that_captures_at_once_shows_it_on_klarnas_side(
    over_http: OverHttp, fresh_world: str, receiver: Receiver
) -> None:
    store = ThroughNextCommerce(over_http, fresh_world, receiver)

    store.number = str(store.shop.buy()["number"])

    (klarna,) = store.shop.ledger_orders()
    captured = Picture(CAPTURED, 0, store.total)
    assert [captured, captured] == [store.picture(), OrderManagement(store.klarna, klarna["order_id"]).picture()]
