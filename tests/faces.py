"""The four faces as tables of tests drive them: one order placed, moved and read through any, in the same words.

Amounts are minor units. Acts answer with what the server answered, refused or not; ``told`` is what the shop's server
got over its socket.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.klarna import Answer, Klarna, Wire, fine, purchase_of
from tests.multisafepay import MultiSafepay, told_at
from tests.next_commerce import CAPTURES_LATER, RETURN_URL, NextCommerce
from tests.receiver import Received, Receiver

PENDING, REJECTED, EXPIRED, CANCELLED = "pending", "rejected", "expired", "cancelled"
AUTHORIZED, PART_CAPTURED, CAPTURED = "authorized", "part_captured", "captured"


@dataclass(frozen=True)
class Picture:
    """An order in words that belong to no face; ``authorized`` is what can be captured of it by now."""

    state: str
    authorized: int = 0
    captured: int = 0
    refunded: int = 0


def picture_of(ending: str, authorized: int, captured: int, refunded: int) -> Picture:
    """``ending`` is what the face says beyond the amounts: pending, rejected, cancelled, expired, or nothing."""
    if ending in (PENDING, REJECTED):
        return Picture(ending, 0, captured, refunded)
    state = (PART_CAPTURED if authorized else CAPTURED) if captured else ending or AUTHORIZED
    return Picture(state, authorized, captured, refunded)


class OrderManagement:
    """One order as Klarna's Order Management has it, whichever face placed it."""

    def __init__(self, klarna: Klarna, order_id: str) -> None:
        self.klarna = klarna
        self.path = f"/ordermanagement/v1/orders/{order_id}"

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = fine(self.klarna.send("GET", self.path))
        return found

    def picture(self) -> Picture:
        order = self.read()
        ending = {"CANCELLED": CANCELLED, "EXPIRED": EXPIRED}.get(order["status"], "")
        if order["fraud_status"] != "ACCEPTED" and ending != CANCELLED:
            ending = order["fraud_status"].lower()
        elif order["fraud_status"] == "REJECTED":  # it ends as a cancelled one
            ending = REJECTED
        return picture_of(
            ending, order["remaining_authorized_amount"], order["captured_amount"], order["refunded_amount"]
        )

    def capture(self, amount: int | None = None) -> Answer:
        """All that remains unless told."""
        asked = self.read()["remaining_authorized_amount"] or 1 if amount is None else amount
        return self.klarna.send("POST", f"{self.path}/captures", {"captured_amount": asked})

    def refund(self, amount: int | None = None) -> Answer:
        """All that was captured and not refunded unless told."""
        order = self.read()
        asked = order["captured_amount"] - order["refunded_amount"] if amount is None else amount
        return self.klarna.send("POST", f"{self.path}/refunds", {"refunded_amount": asked})

    def cancel(self) -> Answer:
        return self.klarna.send("POST", f"{self.path}/cancel")

    def extend(self) -> Answer:
        return self.klarna.send("POST", f"{self.path}/extend-authorization-time")

    def stop(self) -> Answer:
        """Klarna takes its acceptance back, when a tester says so."""
        path = f"/klarna/orders/{self.path.rpartition('/')[2]}/decide"
        return self.klarna.control("POST", path, {"fraud_status": "STOPPED"})

    def release(self) -> Answer:
        return self.klarna.send("POST", f"{self.path}/release-remaining-authorization")

    def update(self, amount: int) -> Answer:
        lines = purchase_of(amount)["order_lines"]
        return self.klarna.send("PATCH", f"{self.path}/authorization", {"order_amount": amount, "order_lines": lines})


class Face(ABC):
    """A shop in a world of its own, with a server that is told; it places one order of ``total``."""

    name: str
    total: int

    def __init__(self, wire: Wire, world: str, receiver: Receiver) -> None:
        self.klarna = Klarna(wire, world)
        self.receiver = receiver
        self._heard = 0
        fine(self.klarna.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))

    @abstractmethod
    def place(self) -> str:
        """Authorized and not captured, unless a scenario says otherwise; answers with Klarna's order id."""

    @abstractmethod
    def picture(self) -> Picture: ...

    @abstractmethod
    def capture(self, amount: int | None = None) -> Answer: ...

    @abstractmethod
    def refund(self, amount: int | None = None) -> Answer: ...

    @abstractmethod
    def cancel(self) -> Answer: ...

    @abstractmethod
    def knows(self, order_id: str) -> bool:
        """Whether an order of this face is paid by this Klarna order, the only one of its world."""

    def told(self) -> list[str]:
        """What the shop's server was told since the last look."""
        self.klarna.advance("0s")  # all that is due leaves before this returns
        fresh = self.receiver.requests[self._heard :]
        self._heard += len(fresh)
        return [self._word(request) for request in fresh]

    @abstractmethod
    def _word(self, request: Received) -> str: ...


class KlarnasOwn(Face):
    """Klarna Payments, and Order Management for all that follows."""

    name, total = "klarna", 2000

    def place(self) -> str:
        urls = {"notification": self.receiver.url("/notification"), "push": self.receiver.url("/push")}
        confirmation = "https://shop.test/thanks"
        order = self.klarna.buy(amount=self.total, merchant_urls={"confirmation": confirmation, **urls})
        self.order_id = str(order["order_id"])
        self.own = OrderManagement(self.klarna, self.order_id)
        return self.order_id

    def picture(self) -> Picture:
        return self.own.picture()

    def capture(self, amount: int | None = None) -> Answer:
        return self.own.capture(amount)

    def refund(self, amount: int | None = None) -> Answer:
        return self.own.refund(amount)

    def cancel(self) -> Answer:
        return self.own.cancel()

    def knows(self, order_id: str) -> bool:
        return self.klarna.send("GET", f"/ordermanagement/v1/orders/{order_id}").status == 200

    def _word(self, request: Received) -> str:
        return "push" if request.path == "/push" else str(request.json["event_type"])


class ThroughMultiSafepay(Face):
    """An order with gateway KLARNA: what is shipped is captured, all at once."""

    name, total = "multisafepay", 10000
    # status/financial_status without what settlement changes -> what it says beyond the amounts
    _ENDINGS = {
        "uncleared": PENDING, "declined": REJECTED, "void": CANCELLED, "cancelled": CANCELLED, "expired": EXPIRED,
    }  # fmt: skip

    def __init__(self, wire: Wire, world: str, receiver: Receiver) -> None:
        super().__init__(wire, world, receiver)
        self.shop = MultiSafepay(wire, world)

    def place(self) -> str:
        self.shop.pay(amount=self.total, **told_at(self.receiver.url()))
        return str(self.shop.ledger_order()["order_id"])

    def picture(self) -> Picture:
        order = self.shop.read()
        status, amount, refunded = order["status"], order["amount"], order["amount_refunded"]
        is_shipped = status in ("shipped", "partial_refunded", "refunded")
        if is_shipped or status == "completed":
            return picture_of("", 0 if is_shipped else amount, amount if is_shipped else 0, refunded)
        return Picture(self._ENDINGS[status], refunded=refunded)

    def capture(self, amount: int | None = None) -> Answer:
        told = {} if amount is None else {"amount": amount}
        return self.shop.send("PATCH", "/orders/ON-1", {"status": "shipped", **told})

    def refund(self, amount: int | None = None) -> Answer:
        asked = {} if amount is None else {"amount": amount}
        return self.shop.send("POST", "/orders/ON-1/refunds", {"currency": "EUR", **asked})

    def cancel(self) -> Answer:
        return self.shop.send("PATCH", "/orders/ON-1", {"status": "cancelled"})

    def knows(self, order_id: str) -> bool:
        return self.shop.send("GET", f"/orders/{order_id}").status == 200

    def _word(self, request: Received) -> str:
        return f"{request.json['status']}/{request.json['financial_status']}"


class ThroughCommerceLayer(Face):
    """The seeded order, approved as soon as it is placed: its transactions are what happened."""

    name, total = "commercelayer", 7750
    TOPICS = (
        "orders.authorize", "orders.place", "orders.approve", "orders.pay", "orders.void", "orders.refund",
        "orders.cancel", "authorizations.succeeded", "captures.succeeded", "captures.failed", "voids.succeeded",
        "refunds.succeeded",
    )  # fmt: skip

    def __init__(self, wire: Wire, world: str, receiver: Receiver) -> None:
        super().__init__(wire, world, receiver)
        self.shop = CommerceLayer(wire, world)
        self.shop.listen(receiver.url(), *self.TOPICS)

    def place(self) -> str:
        self.shop.place()
        self.shop.pull("_approve")
        return str(self.shop.ledger_order()["order_id"])

    def picture(self) -> Picture:
        order = self.shop.read("orders", SEED_ORDER)
        rows = list(self._rows())
        (authorization,) = (row for type_, row in rows if type_ == "authorizations")
        held = authorization["capture_balance_cents"]
        captured, refunded = (
            sum(row["amount_cents"] for type_, row in rows if type_ == wanted) for wanted in ("captures", "refunds")
        )
        return picture_of(self._ending(order, authorization), held, captured, refunded)

    def _rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for row in self.shop.listed(f"/orders/{SEED_ORDER}/transactions?page[size]=25"):
            if row["attributes"]["succeeded"]:
                yield row["type"], self.shop.read(row["type"], row["id"])

    def _ending(self, order: dict[str, Any], authorization: dict[str, Any]) -> str:
        review = (authorization["fraud_review"] or "").lower()
        if order["status"] == "cancelled" or review == REJECTED:
            return review if review == REJECTED else CANCELLED
        return EXPIRED if order["payment_status"] == "voided" else PENDING if review == PENDING else ""

    def capture(self, amount: int | None = None) -> Answer:
        if amount is None:
            return self._write("orders", SEED_ORDER, {"_capture": True})
        authorization = self.shop.only(f"/orders/{SEED_ORDER}/authorizations")["id"]
        return self._write("authorizations", authorization, {"_capture": True, "_capture_amount_cents": amount})

    def refund(self, amount: int | None = None) -> Answer:
        """Of the oldest capture, where there is one; all that is left of the order's unless told."""
        captures = self.shop.listed(f"/orders/{SEED_ORDER}/captures")
        if amount is None or not captures:
            return self._write("orders", SEED_ORDER, {"_refund": True})
        return self._write("captures", captures[0]["id"], {"_refund": True, "_refund_amount_cents": amount})

    def cancel(self) -> Answer:
        return self._write("orders", SEED_ORDER, {"_cancel": True})

    def _write(self, type_: str, id_: str, attributes: dict[str, Any]) -> Answer:
        return self.shop.send("PATCH", f"/{type_}/{id_}", document_of(type_, attributes, id_=id_))

    def knows(self, order_id: str) -> bool:
        return bool(self.shop.listed(f"/authorizations?filter[q][token_eq]={order_id}"))

    def _word(self, request: Received) -> str:
        return request.headers["x-commercelayer-topic"]


class ThroughNextCommerce(Face):
    """An order whose gateway captures later; its transactions are what happened."""

    name, total = "next_commerce", 1500
    EVENTS = ("order.created", "order.updated", "transaction.created", "transaction.updated")

    def __init__(self, wire: Wire, world: str, receiver: Receiver) -> None:
        super().__init__(wire, world, receiver)
        self.shop = NextCommerce(wire, world)
        self.shop.listen(receiver.url(), *self.EVENTS)

    def place(self) -> str:
        details = {"payment_return_url": RETURN_URL, "payment_gateway": CAPTURES_LATER}
        self.number = str(self.shop.buy(payment_details=details)["number"])
        (klarna,) = self.shop.ledger_orders()
        return str(klarna["order_id"])

    def picture(self) -> Picture:
        order = self.shop.read(self.number)
        authorized, captured = self._sum(order, "authorize"), self._sum(order, "debit", "capture")
        held = authorized - self._sum(order, "capture", "void") if order["payment_status"] != "expired" else 0
        return picture_of(self._ending(order), held, captured, self._sum(order, "refund"))

    def _sum(self, order: dict[str, Any], *types: str) -> int:
        return sum(_minor(each["amount"]) for each in self._done(order, *types))

    def _done(self, order: dict[str, Any], *types: str) -> list[dict[str, Any]]:
        return [each for each in order["transactions"] if each["type"] in types and each["status"] == "succeeded"]

    def _ending(self, order: dict[str, Any]) -> str:
        if any(each["status"] == "failed" for each in order["transactions"]):
            return REJECTED
        return {"pending": PENDING, "voided": CANCELLED, "expired": EXPIRED}.get(order["payment_status"], "")

    def capture(self, amount: int | None = None) -> Answer:
        if amount is None:
            return self.shop.send("POST", f"/orders/{self.number}/capture/", {})
        (authorized,) = self._done(self.shop.read(self.number), "authorize")
        return self.shop.send("POST", f"/transactions/{authorized['id']}/capture/", {"amount": _major(amount)})

    def refund(self, amount: int | None = None) -> Answer:
        """Of the oldest capture; all that is left of each unless told."""
        order = self.shop.read(self.number)
        left = {each["id"]: _minor(each["amount"]) for each in self._done(order, "debit", "capture")}
        for each in self._done(order, "refund"):
            left[each["parent_id"]] -= _minor(each["amount"])
        left = {id_: share for id_, share in left.items() if share} or left
        if amount is not None:
            left = {id_: amount for id_ in list(left)[:1]}
        shares = [{"id": id_, "amount": _major(share)} for id_, share in left.items()]
        return self.shop.send("POST", f"/orders/{self.number}/refund/", {"transactions": shares})

    def cancel(self) -> Answer:
        return self.shop.send("POST", f"/orders/{self.number}/cancel/", {"cancel_reason": "called off"})

    def knows(self, order_id: str) -> bool:
        """Its API shows no Klarna order's id."""
        return bool(self.shop.results("/orders/"))

    def _word(self, request: Received) -> str:
        return str(request.json["event_type"])


def _minor(major: str) -> int:
    return int(major.replace(".", ""))


def _major(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


FACES: dict[str, type[Face]] = {
    face.name: face for face in (KlarnasOwn, ThroughMultiSafepay, ThroughCommerceLayer, ThroughNextCommerce)
}
