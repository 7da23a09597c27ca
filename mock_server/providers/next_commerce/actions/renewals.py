"""Renewals: the stored payment is charged and an order placed, when one falls due, is asked for, or is tried again.

A renewal has one of these ends: an order, another try after a soft decline, or a subscription that is past due.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mock_server.core.clock import Alarm, parse_time, to_text
from mock_server.core.rules import Decision, look_into
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import tokens
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import charging, drafts, placing
from mock_server.providers.next_commerce.actions.subscribing import changed
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import orders, records, schedules
from mock_server.providers.next_commerce.state.methods import HARD_DECLINE, KLARNA, RENEW, is_soft
from mock_server.providers.next_commerce.state.subscriptions import (
    ACTIVE,
    KIND,
    PAST_DUE,
    PAUSED,
    RETRYING,
    find,
    next_cycle,
    renewal_of,
    seen_by_rules,
)

_BY_ITSELF, _ASKED_FOR = "retries", "other"  # how a declined renewal was recovered


def renew(world: World, subscription: Record, decision: Decision) -> Record:
    """Place the next renewal's order now; the one after it is an interval later than this one was due.

    Sends order.created, transaction.created, order.updated, subscription.updated. Raises InvalidFields unless it is
    active, PaymentDeclined: then it retries or is past due, as after a renewal that fell due.
    Source: developers.nextcommerce.com, subscription management (read 2026-11-21).
    """
    _require(subscription, (ACTIVE,), "Only active subscriptions can be renewed.")
    return _charge(world, subscription, (ACTIVE,), decision, source=_ASKED_FOR)


def retry(world: World, subscription: Record, wanted: Mapping[str, Any], decision: Decision) -> Record:
    """Charge the renewal that was declined once more, through another gateway when asked; it is kept when it pays.

    Sends what ``renew`` sends. Raises InvalidFields unless it is past due or retrying, PaymentDeclined.
    Source: developers.nextcommerce.com, subscription management (read 2026-11-21).
    """
    allowed = (PAST_DUE, RETRYING)
    _require(subscription, allowed, "Only past due or retrying subscriptions can be retried.")
    through = {"gateway_id": _gateway_id(world, wanted)} if wanted.get("payment_gateway") is not None else {}
    return _charge(world, subscription, allowed, decision, source=_ASKED_FOR, through=through)


def _gateway_id(world: World, wanted: Mapping[str, Any]) -> Any:
    """Raises InvalidFields."""
    try:
        return drafts.gateway_of(world, wanted)["id"]
    except InvalidFields as refused:  # of the body, not of payment_details in it
        raise InvalidFields(fields=refused.fields["payment_details"], faults=refused.faults) from refused


def _require(subscription: Record, allowed: Collection[str], text: str) -> None:
    """Raises InvalidFields."""
    if subscription["status"] not in allowed:
        why = f"subscription {subscription['id']} is {subscription['status']}, expected {' or '.join(allowed)}"
        raise InvalidFields.at("non_field_errors", text, why)
    if not subscription["renews"]:
        text = "Subscriptions paid with a test card cannot be renewed."
        raise InvalidFields.at("non_field_errors", text, f"{text} Those of the test gateway can: 4111111111111111")


def _charge(
    world: World,
    subscription: Record,
    allowed: Collection[str],
    asked: Decision,
    *,
    source: str,
    through: Mapping[str, Any] = MappingProxyType({}),
) -> Record:
    """One renewal, whoever asks for it, with what is other ``through`` the payment; the subscription afterwards."""
    claimed = _claim(world, subscription, allowed)
    try:
        order = _paid_order(world, _through(claimed, through), asked)
    except errors.PaymentDeclined as refusal:
        code, now = refusal.response_code or HARD_DECLINE, world.clock.now()
        changed(world, claimed, lambda found: _after_decline(world, found, code, now))
        raise
    except Exception:
        records.change(world, KIND, claimed["id"], _let_go)
        raise
    paid = {"at": to_text(world.clock.now()), "source": source}
    return changed(world, claimed, lambda found: _after_success(world, _through(found, through), order, paid))


def _through(subscription: Record, changes: Mapping[str, Any]) -> Record:
    return {**subscription, "payment": {**subscription["payment"], **changes}}


def _claim(world: World, subscription: Record, allowed: Collection[str]) -> Record:
    """Only one at a time charges a renewal, and once. Raises InvalidFields."""

    def claim(found: Record) -> Record:
        is_same = len(found["orders"]) == len(subscription["orders"])
        if found["is_renewing"] or found["status"] not in allowed or not is_same:
            why = f"somebody else renews subscription {found['id']}, or changed it to {found['status']}"
            raise InvalidFields.at("non_field_errors", "This subscription is being renewed.", why)
        return {**found, "is_renewing": True}

    return records.change(world, KIND, subscription["id"], claim)


def _let_go(found: Record) -> Record:
    return {**found, "is_renewing": False}


def _paid_order(world: World, subscription: Record, asked: Decision) -> Record:
    """The renewal's order, paid and placed; a decline takes no number. Raises PaymentDeclined."""
    draft, cycle = renewal_of(world, subscription), next_cycle(subscription)
    amount = orders.total(draft)
    decision = _decision(world, subscription, asked)
    if decision.outcome == "declined":
        raise charging.declined(world, draft, amount, decision, subscription=cycle)
    order = placing.numbered(world, draft)
    if not amount:
        return placing.keep(world, order, [])
    shipping = order["shipping"]["price"]
    paid = charging.charge_again(world, order, order["lines"], shipping, amount, decision, subscription=cycle)
    return placing.keep(world, order, [paid])


def _decision(world: World, subscription: Record, asked: Decision) -> Decision:
    """What the request's own rule says, else those of renewals, else Klarna, of a token that it charges no more."""
    if asked.outcome == "declined":
        return asked
    decision = world.decide(RENEW, lambda path: _look(world, subscription, path))
    payment = subscription["payment"]
    if payment["method"] == KLARNA and decision.outcome != "declined":
        try:
            tokens.find_active_token(world, payment["token_id"])
        except tokens.TokenNotActive as gone:
            return Decision(outcome="declined", options={"code": HARD_DECLINE}, decided_by=str(gone))
    return decision


def _look(world: World, subscription: Record, path: str) -> Any:
    """What a rule sees of a renewal: the subscription, and as body what its gateway is asked."""
    word, *steps = path.split(".")
    if word == "purchase":
        return look_into(seen_by_rules(world, subscription), steps)
    payment = subscription["payment"]
    details = {"card_token": payment["card_token"], "payment_gateway": payment["gateway_id"]}
    body = {"payment_method": payment["method"], "payment_details": details}
    return look_into(body, steps) if word == "body" else None


def _after_success(world: World, found: Record, order: Record, paid: Record) -> Record:
    """``paid`` says when, and how it came to that: ``{at, source}``."""
    (cycle,) = order["subscriptions"]
    placed = {"order_number": order["number"], "billing_cycle": cycle["billing_cycle"]}
    found = {**_let_go(found), "orders": [*found["orders"], placed]}
    if found["status"] not in (ACTIVE, RETRYING, PAST_DUE):  # canceled or paused at this moment
        return found
    if found["status"] != ACTIVE:
        found["recovered"] = paid
    now = parse_time(paid["at"])
    return schedules.active(world, found, now, schedules.following(world, found, now))


def _after_decline(world: World, found: Record, code: int, now: datetime) -> Record:
    """A soft decline is tried again three times; then, and after any other, it is past due. One that is stays so."""
    found = _let_go(found)
    if found["status"] not in (ACTIVE, RETRYING):
        return found
    retries = found["retries"] + 1
    next_try = schedules.retry_at(world, now, retries) if is_soft(code) else None
    return schedules.retrying(found, next_try, retries) if next_try else schedules.past_due(found)


def renew_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a renewal, or of another try."""
    subscription = find(world, alarm.key)
    if subscription is None or not _is_due(world, subscription, alarm):
        return None
    about = {"subscription": subscription["id"]}
    if not subscription["renews"]:
        changed(world, subscription, lambda found: {**found, "next_renewal_at": None, "next_renewal_text": None})
        return {"what": "next_commerce.subscription.not_renewed", **about, "why": "it is paid with a test card"}
    try:
        after = _charge(world, subscription, (ACTIVE, RETRYING), Decision(), source=_BY_ITSELF)
    except errors.PaymentDeclined as refusal:
        return {"what": "next_commerce.subscription.declined", **about, "response_code": refusal.response_code}
    except InvalidFields:
        return None  # somebody renews it at this moment
    number = after["orders"][-1]["order_number"]
    return {"what": "next_commerce.subscription.renewed", **about, "order_number": number}


def _is_due(world: World, subscription: Record, alarm: Alarm) -> bool:
    """Whether the alarm is not one of a date that was changed since."""
    if subscription["status"] not in (ACTIVE, RETRYING) or not subscription["next_renewal_at"]:
        return False
    if parse_time(subscription["next_renewal_at"]) > alarm.due:
        schedules.set_alarm(world, subscription)
        return False
    return True


def resume_due(world: World, alarm: Alarm) -> Record | None:
    """The alarm of a pause: the subscription goes on, or, paused without an end for six months, is canceled.

    Sends subscription.updated.
    Source: docs.nextcommerce.com, pausing subscriptions (read 2026-11-21).
    """
    subscription = find(world, alarm.key)
    if subscription is None or not _is_over(world, subscription, alarm):
        return None
    now = world.clock.now()

    def end(found: Record) -> Record:
        if not _is_over(world, found, alarm):
            return found
        is_canceled = found["paused_until"] is None
        return schedules.canceled(found, now) if is_canceled else schedules.active(world, found, now)

    after = changed(world, subscription, end)
    what = "resumed" if after["status"] == ACTIVE else "canceled"
    return {"what": f"next_commerce.subscription.{what}", "subscription": after["id"]}


def _is_over(world: World, subscription: Record, alarm: Alarm) -> bool:
    return subscription["status"] == PAUSED and schedules.end_of_pause(world, subscription) <= alarm.due
