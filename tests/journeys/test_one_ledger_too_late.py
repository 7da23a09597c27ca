"""One ledger: what one side has done, the other cannot do again or undo; it is refused in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from tests.faces import FACES
from tests.klarna import OverHttp
from tests.receiver import Receiver
from tests.stories import COMMERCELAYER, KLARNA, MULTISAFEPAY, NEXT, OM, OWN, Story, names_of


@dataclass(frozen=True)
class Refusal:
    """An act that comes too late, after what the other side did; ``words`` are status and text of each face's answer.

    A face that answers 200 was asked for what is so already, or for what is no matter of money.
    """

    before: tuple[str, ...]
    act: str
    words: Mapping[str, tuple[int, str]]
    told: Mapping[str, str] = field(default_factory=dict)
    scenario: str = ""
    # those that place the order
    faces: Sequence[str] = tuple(FACES)

    @property
    def name(self) -> str:
        return names_of(*self.before, self.act, scenario=self.scenario)


PLATFORMS = (MULTISAFEPAY, COMMERCELAYER, NEXT)  # Klarna's merchants may capture what it rejected, for four hours
NO_CAPTURE = {
    KLARNA: (403, "CAPTURE_NOT_ALLOWED"), MULTISAFEPAY: (400, "Invalid request"),
    COMMERCELAYER: (422, "transition not permitted"),
    NEXT: (400, "This order has no authorized payment to capture."),
}  # fmt: skip
NO_REFUND = {
    KLARNA: (403, "Order has no captures."), MULTISAFEPAY: (400, "Cannot refund transaction"),
    COMMERCELAYER: (422, "transition not permitted"), NEXT: (400, "This list may not be empty."),
}  # fmt: skip
NO_CANCELLATION = {
    KLARNA: (403, "CANCEL_NOT_ALLOWED"), MULTISAFEPAY: (400, "Invalid request"),
    COMMERCELAYER: (422, "transition not permitted"),
    NEXT: (200, ""),  # a paid order is called off, its money stays
}  # fmt: skip
REFUSALS = (
    Refusal(("capture",), "capture", {**NO_CAPTURE, MULTISAFEPAY: (200, ""), COMMERCELAYER: (200, "")}),
    Refusal(("cancel",), "capture", NO_CAPTURE),
    Refusal(("29d",), "capture", NO_CAPTURE),
    Refusal((), "capture", NO_CAPTURE, {COMMERCELAYER: "captures.failed"}, "pending-then-accepted"),
    Refusal(
        ("5m",), "capture", {**NO_CAPTURE, NEXT: (400, "This order is canceled.")},
        {COMMERCELAYER: "captures.failed"}, "pending-then-rejected", faces=PLATFORMS,
    ),
    Refusal(
        ("stop",), "capture", {**NO_CAPTURE, NEXT: (400, "This order is canceled.")},
        {COMMERCELAYER: "captures.failed"}, faces=PLATFORMS,
    ),
    Refusal(("stop", "4h"), "capture", {**NO_CAPTURE, NEXT: (400, "This order is canceled.")}),
    Refusal(("capture",), "cancel", NO_CANCELLATION, {NEXT: "order.updated"}),
    Refusal(
        ("cancel",), "cancel", {**NO_CANCELLATION, KLARNA: (204, ""), COMMERCELAYER: (200, "")},
        {NEXT: "order.updated"},
    ),
    Refusal(("cancel",), "refund part", NO_REFUND),
    Refusal((), "refund part", NO_REFUND),
    Refusal(
        ("capture", "refund"), "refund part",
        {
            KLARNA: (403, "Over refund is not allowed."), MULTISAFEPAY: (400, "Cannot refund transaction"),
            COMMERCELAYER: (422, "must be less than or equal to 0"), NEXT: (400, "This order cannot be refunded."),
        },
    ),
)  # fmt: skip
TOO_LATE = [
    pytest.param(face, refusal, by, id=f"{face}: {refusal.name}, {by}")
    for refusal in REFUSALS
    for face in refusal.faces
    for by in (OWN, OM)[face == KLARNA :]
]


@pytest.fixture
def place(over_http: OverHttp, fresh_world: str, receiver: Receiver) -> Callable[..., Story]:
    """Places an order through a face, in a world of its own."""
    return lambda face, scenario="": Story(face, over_http, fresh_world, receiver, scenario)


@pytest.mark.parametrize(("face", "refusal", "by"), TOO_LATE)
def test_an_act_that_comes_too_late_changes_nothing(
    place: Callable[..., Story], face: str, refusal: Refusal, by: str
) -> None:
    story = place(face, refusal.scenario)
    for act in refusal.before:
        story.do(act, OM if by == OWN else OWN)
    story.told()
    so_far = story.pictures()

    answer = story.do(refusal.act, by)

    status, text = refusal.words[face if by == OWN else KLARNA]
    assert answer is not None and (status, True) == (answer.status, text in answer.text), answer
    assert so_far == story.pictures()
    assert set(refusal.told.get(face, "").split() if by == OWN else ()) == story.told()
