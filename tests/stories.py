"""Stories of one order for tables of tests: placed through a face, acted upon by that or by Klarna, read at both."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.faces import FACES, Face, OrderManagement, Picture
from tests.klarna import Answer, Wire
from tests.receiver import Receiver

PART = 600  # minor units of any order
KLARNA, MULTISAFEPAY, COMMERCELAYER, NEXT = FACES
OWN, OM = "own", "klarna"
# durations by which the clock moves; 5m decides about a pending order, 4h is Klarna's patience with a rejected one, 29d
# is longer than an authorization lasts
CLOCK = ("5m", "4h", "14d", "15d", "29d")
# acts of whoever can do them; the total of the order is the second argument
BOTH: Mapping[str, Callable[[Face | OrderManagement, int], Answer]] = {
    "capture": lambda who, total: who.capture(),
    "capture part": lambda who, total: who.capture(PART),
    "refund": lambda who, total: who.refund(),
    "refund part": lambda who, total: who.refund(PART),
    "cancel": lambda who, total: who.cancel(),
}
ONLY_KLARNAS: Mapping[str, Callable[[OrderManagement, int], Answer]] = {
    "release": lambda who, total: who.release(),
    "stop": lambda who, total: who.stop(),
    "extend": lambda who, total: who.extend(),
    "update less": lambda who, total: who.update(total - PART),
    "update part": lambda who, total: who.update(PART),
    "update more": lambda who, total: who.update(total + PART),
}


class Story:
    """One order that is placed through a face, and what is done with it."""

    def __init__(self, face: str, wire: Wire, world: str, receiver: Receiver, scenario: str = "") -> None:
        self.face: Face = FACES[face](wire, world, receiver)
        if scenario:
            self.face.klarna.choose_scenario(scenario)
        self.order_id = self.face.place()
        self.klarna = OrderManagement(self.face.klarna, self.order_id)

    def do(self, act: str, by: str) -> Answer | None:
        """None for what time does."""
        if act in CLOCK:
            self.face.klarna.advance(act)
            return None
        if act in BOTH:
            return BOTH[act](self.face if by == OWN else self.klarna, self.face.total)
        return ONLY_KLARNAS[act](self.klarna, self.face.total)

    def pictures(self) -> tuple[Picture, Picture]:
        """As the placing face and as Klarna's Order Management show it."""
        return self.face.picture(), self.klarna.picture()

    def told(self) -> set[str]:
        return set(self.face.told())


def names_of(*acts: str, scenario: str) -> str:
    """As a test's id says what is done."""
    return " - ".join(acts) + (f" ({scenario})" if scenario else "")
