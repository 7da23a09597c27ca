"""Subscriptions: created by themselves, changed, paused, canceled; their lines. See renewals for their charges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from mock_server.core.clock import LAST_YEAR, to_text
from mock_server.core.errors import Fault
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.actions import charging, drafts, subscribing, users
from mock_server.providers.next_commerce.actions.subscribing import changed
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import REQUIRED
from mock_server.providers.next_commerce.state import records, schedules
from mock_server.providers.next_commerce.state import subscriptions as state
from mock_server.providers.next_commerce.state.cards import TEST_CARDS
from mock_server.providers.next_commerce.state.customers import KIND as USERS
from mock_server.providers.next_commerce.state.customers import REQUIRED_IN_ADDRESS, address_in_e164, snapshot_of
from mock_server.providers.next_commerce.state.methods import CARD
from mock_server.providers.next_commerce.state.money import moment, zone
from mock_server.providers.next_commerce.state.subscriptions import ACTIVE, CANCELED, PAST_DUE, PAUSED, RETRYING

_SOON = timedelta(minutes=30)  # a renewal date in the past renews within this


def find_subscription(world: World, subscription_id: str) -> Record:
    """Raises NotFound."""
    found = state.find(world, subscription_id)
    if found is None:
        raise errors.NotFound.of("Subscription", f"no subscription {subscription_id} in world {world.name}")
    return found


def create_subscription(world: World, wanted: Mapping[str, Any], decision: Decision, *, base_url: str) -> Record:
    """A subscription without an order, paid by card; nothing is charged before it renews.

    A renewal date in the past renews 30 minutes from now. Sends customer.created for a new customer,
    subscription.created. Raises InvalidFields, PaymentDeclined.
    Source: developers.nextcommerce.com, subscription management (read 2026-11-21).
    """
    terms = {name: wanted[name] for name in ("interval", "interval_count")}
    lines = [{**line, "subscription": terms} for line in wanted["lines"]]
    draft = drafts.draft_of(world, {**wanted, "lines": lines}, base_url=base_url, source="subscription")
    next_at = _renewal_at(world, wanted["next_renewal_date"])
    if decision.outcome == "declined":
        raise charging.declined(world, draft, 0, decision)
    user = users.get_or_create(world, {**draft["user"], "id": draft["user_id"]})
    token = draft["payment"]["card_token"]
    subscription = state.new_subscription(
        world,
        [state.line_of(line, line["price"]) for line in draft["lines"]],
        terms,
        **{name: draft[name] for name in ("currency", "payment", "attribution", "base_url")},
        **_kept_addresses(world, user, draft),
        user_id=user["id"],
        user=snapshot_of(user),
        is_test=token in TEST_CARDS,
        shipping={name: draft["shipping"][name] for name in ("code", "name", "price")},
        orders=[],
        next_renewal_at=to_text(next_at),
        renews=state.can_renew(token),
    )
    return subscribing.keep(world, subscription)


def _kept_addresses(world: World, user: Record, draft: Record) -> dict[str, Record | None]:
    """The draft's addresses in the customer's book."""
    kept: dict[str, Record | None] = {}
    for name in ("shipping_address", "billing_address"):
        book = records.find(world, USERS, user["id"]) or user  # the first address is in it by the second
        kept[name] = users.keep_address(world, book, draft[name]) if draft[name] else None
    return kept


def _renewal_at(world: World, asked: Any, *, is_future: bool = False) -> datetime:
    """When to renew, in UTC; a date in the past is 30 minutes from now, unless it must not be. Raises InvalidFields."""
    path, now, at = "next_renewal_date", world.clock.now(), asked.at
    if at.year >= LAST_YEAR - 1:
        raise InvalidFields.at(path, "Datetime value out of range.", f"{asked.text} is beyond the year {LAST_YEAR - 2}")
    if asked.is_local and at.year > 1:
        at = at.replace(tzinfo=zone(world)).astimezone(UTC)
    if at <= now and is_future:
        why = f"{path} is {asked.text}, it is {moment(world, to_text(now))}"
        raise InvalidFields.at(path, "The next renewal date must be in the future.", why)
    return at if at > now else now + _SOON


def update_subscription(world: World, subscription: Record, wanted: Mapping[str, Any], decision: Decision) -> Record:
    """Replace what is given, of addresses what is given of them; it counts from the next renewal on.

    ``next_renewal_date`` is answered as it was asked for. A new card is verified before anything changes. Sends
    subscription.updated. Raises InvalidFields, PaymentDeclined.
    Source: developers.nextcommerce.com, subscription management (read 2026-11-21).
    """
    changes = {name: wanted[name] for name in ("interval", "interval_count", "is_test") if name in wanted}
    for name in ("shipping_address", "billing_address"):
        if wanted.get(name):
            changes[name] = _merged(name, subscription[name], wanted[name])
    parts = {
        "attribution": wanted.get("attribution") or {},
        "shipping": _shipping(world, subscription, wanted),
        "payment": _payment(world, wanted.get("payment_details") or {}),
    }
    dates, now = _dates(world, wanted), world.clock.now()
    if "card_token" in parts["payment"]:
        changes["renews"] = state.can_renew(parts["payment"]["card_token"])
        if not changes["renews"]:
            changes.setdefault("is_test", True)
        if decision.outcome == "declined":
            payment = {**subscription["payment"], **parts["payment"]}
            raise charging.declined(world, {**subscription, "payment": payment}, 0, decision)

    def apply(found: Record) -> Record:
        merged = {name: {**found[name], **part} for name, part in parts.items()}
        found = _in_status(world, {**found, **changes, **merged}, wanted.get("status"), now)
        _require_renewing(found, dates)
        return {**found, **dates}

    return changed(world, subscription, apply)


def _merged(name: str, known: Record | None, wanted: Mapping[str, Any]) -> Record:
    """An address with some members replaced; raises InvalidFields when it is not whole."""
    merged = {**(known or {}), **wanted}
    lacking = [part for part in REQUIRED_IN_ADDRESS if not merged.get(part)]
    if lacking:
        faults = [Fault(f"{name}.{part}", "neither the subscription nor the request has one") for part in lacking]
        raise InvalidFields(fields={name: {part: [REQUIRED] for part in lacking}}, faults=faults)
    return {**(known or {"id": None}), **address_in_e164(merged)}


def _shipping(world: World, subscription: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What changes of it: another method, at its own price unless told, or the price alone. Raises InvalidFields."""
    if "shipping_code" in wanted:
        chosen = drafts.shipping_of(world, wanted, subscription["lines"], subscription["currency"])
        return {name: chosen[name] for name in ("code", "name", "price")}
    return {"price": wanted["shipping_price"]} if wanted.get("shipping_price") is not None else {}


def _payment(world: World, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What changes of it: the gateway, or the card, which takes the place of whatever paid. Raises InvalidFields."""
    changes: dict[str, Any] = {}
    gateway_id = wanted.get("payment_gateway") or (wanted.get("gateway") or {}).get("id")
    if gateway_id is not None:
        changes["gateway_id"] = drafts.gateway_of(world, {"payment_gateway": gateway_id})["id"]
    if wanted.get("statement_descriptor"):
        changes["descriptor"] = wanted["statement_descriptor"]
    if wanted.get("card_token"):
        changes |= {"method": CARD, "card_token": wanted["card_token"], "token_id": None}
    return changes


def _dates(world: World, wanted: Mapping[str, Any]) -> dict[str, Any]:
    if "next_renewal_date" not in wanted:
        return {}
    asked = wanted["next_renewal_date"]
    if asked is None:
        return {"next_renewal_at": None, "next_renewal_text": None}
    return {"next_renewal_at": to_text(_renewal_at(world, asked)), "next_renewal_text": asked.text}


def _require_renewing(found: Record, dates: Mapping[str, Any]) -> None:
    """Raises InvalidFields for the next renewal of a subscription that renews no more in its status."""
    if dates.get("next_renewal_at") and found["status"] in (CANCELED, PAST_DUE):
        text = f"A subscription that is {found['status']} has no next renewal."
        raise InvalidFields.at("next_renewal_date", text, f"{text} Make it active in the same request: status: active")


def _in_status(world: World, found: Record, status: str | None, now: datetime) -> Record:
    if status is None or status == found["status"]:
        return found
    if status == ACTIVE:
        return schedules.active(world, found, now)
    if status == RETRYING:
        next_try = schedules.retry_at(world, now, 1)
        return schedules.retrying(found, next_try or now, 1)
    return schedules.past_due(found) if status == PAST_DUE else schedules.canceled(found, now)


def cancel_subscription(world: World, subscription: Record, wanted: Mapping[str, Any]) -> Record:
    """No more renewals. Sends subscription.updated. Raises InvalidFields when it is canceled already.

    Source: developers.nextcommerce.com, subscription management (read 2026-11-21).
    """
    now = world.clock.now()
    reason, message = wanted["cancel_reason"], wanted.get("cancel_reason_other_message")

    def cancel(found: Record) -> Record:
        if found["status"] == CANCELED:
            why = f"subscription {found['id']} is canceled since {moment(world, found['canceled_at'])}"
            raise InvalidFields.at("non_field_errors", "This subscription is canceled.", why)
        return schedules.canceled(found, now, reason, message)

    return changed(world, subscription, cancel)


def pause_subscription(world: World, subscription: Record, wanted: Mapping[str, Any]) -> Record:
    """No renewals until a day, or until somebody resumes it; after six months it is canceled then.

    Sends subscription.updated. Raises InvalidFields unless it is active or retrying, and for a day that is not after
    today, or more than six months away.
    Source: docs.nextcommerce.com, pausing subscriptions (read 2026-11-21).
    """
    now = world.clock.now()
    until = _pause_until(world, wanted["pause_until"], now) if wanted.get("pause_until") else None

    def pause(found: Record) -> Record:
        if found["status"] not in (ACTIVE, RETRYING):
            why = f"subscription {found['id']} is {found['status']}, expected {ACTIVE} or {RETRYING}"
            raise InvalidFields.at("non_field_errors", "Only active or retrying subscriptions can be paused.", why)
        return schedules.paused(found, now, until)

    return changed(world, subscription, pause)


def _pause_until(world: World, day: str, now: datetime) -> datetime:
    """Midnight of a day in the store's zone, in UTC; raises InvalidFields."""
    parts = date.fromisoformat(day)
    until = datetime(parts.year, parts.month, parts.day, tzinfo=zone(world))
    last = schedules.longest_pause(world, now)
    if not now < until <= last:
        text = "The date must be in the future." if until <= now else "The date must be within 6 months."
        why = f"it is {moment(world, to_text(now))}, six months end at {moment(world, to_text(last))}"
        raise InvalidFields.at("pause_until", text, f"pause_until is {day}; {why}")
    return until.astimezone(UTC)


def resume_subscription(world: World, subscription: Record, wanted: Mapping[str, Any]) -> Record:
    """Renew again, on the date given or, without one, as the schedule says. Sends subscription.updated.

    Raises InvalidFields unless it is paused, and for a date in the past.
    Source: developers.nextcommerce.com, subscription management; skills, next-bulk-subscription (read 2026-11-21).
    """
    now, asked = world.clock.now(), wanted.get("next_renewal_date")
    next_at = to_text(_renewal_at(world, asked, is_future=True)) if asked else None

    def resume(found: Record) -> Record:
        if found["status"] != PAUSED:
            why = f"subscription {found['id']} is {found['status']}, expected {PAUSED}"
            raise InvalidFields.at("non_field_errors", "Only paused subscriptions can be resumed.", why)
        return schedules.active(world, found, now, next_at)

    return changed(world, subscription, resume)
