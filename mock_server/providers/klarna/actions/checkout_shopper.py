"""What a shopper does in the checkout: fills in the form and places the order, is turned down, or goes back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from mock_server.core.clock import to_text
from mock_server.core.errors import Misused
from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, markets, orders, sessions, tokens
from mock_server.ledger.decisions import Verdict, read_verdict
from mock_server.providers.klarna.schemas.checkout import check_order
from mock_server.providers.klarna.state import checkout
from mock_server.providers.klarna.state.checkout_views import view_of
from mock_server.providers.klarna.webhooks.checkout import ask_shop, schedule_push
from mock_server.providers.klarna.webhooks.orders import CHECKOUT

_APPROVED, _REDIRECTS, _REFUSED = 200, (301, 302, 303, 307), 400
_NEEDED = ("given_name", "family_name", "email", "street_address", "postal_code", "city")
_DECLINED = "This purchase cannot be made with Klarna. Choose another way to pay, or try again."
_NOT_APPROVED = "The shop did not take this order. Nothing was paid."
_NO_ANSWER = "The shop could not be asked whether it takes this order. Nothing was paid."


class Done(NamedTuple):
    """What came of it."""

    order: Record
    result: str  # accepted | pending | rejected | cancelled | redirected (by the shop) | refused (by the shop)
    url: str  # where the browser goes; empty: it stays
    message: str = ""  # why nothing was placed, for the shopper to read

    def view(self) -> dict[str, Any]:
        """For a tester who played the shopper."""
        status = checkout.COMPLETE if self.order["status"] == checkout.COMPLETE else checkout.INCOMPLETE
        return {
            "order_id": self.order["order_id"], "status": status, "result": self.result, "redirect_url": self.url,
            "message": self.message,
        }  # fmt: skip


def complete(world: World, order: Record, decision: Decision, form: Mapping[str, Any] | None = None) -> Done:
    """Play the shopper to the end; who is turned down or refused may try again.

    ``form`` is what they fill in, a made-up person fills in what nobody gave. merchant_urls.validation is asked
    before, the push follows 2 minutes later. A placed order is the ledger's, with the id of the checkout order.
    Raises ReadOnlyOrder (403), OrderExpired (404), BadValue (400) for a country whose currency the order has not.
    Source: docs.klarna.com, KCO, confirm purchase, validate order (read 2026-11-21).
    """
    checkout.require("complete", order)
    check_order({**checkout.purchase_of(order), **(form or {})})
    if decision.outcome == "cancelled":
        return Done(order, "cancelled", checkout.url_of(order, "checkout"))
    verdict = _verdict(decision)
    order = checkout.change(world, order["order_id"], "fill in", shopper=_filled_in(world, order, form or {}))
    if decision.outcome == "rejected":
        return Done(order, "rejected", "", _DECLINED)
    refused = _asked(world, order)
    if refused is not None:
        return refused
    order = _placed(world, order, verdict)
    return Done(order, decision.outcome, checkout.url_of(order, "confirmation"))


def _verdict(decision: Decision) -> Verdict:
    try:
        return read_verdict(decision.outcome, decision.options)
    except ValueError as error:
        raise Misused(f"{decision.decided_by}: {error}") from error


def _filled_in(world: World, order: Record, form: Mapping[str, Any]) -> dict[str, Any]:
    """The whole form: what the shopper gives, what the shop knew, and for what is missing a made-up person."""
    known = {**checkout.purchase_of(order), **form}
    billing, customer = known.get("billing_address", {}), known.get("customer", {})
    country = markets.country_of(known)
    if not all(billing.get(name) for name in _NEEDED):
        person = world.ids.person(country)
        born = person.pop("date_of_birth")
        typed = {name: value for name, value in billing.items() if value}
        billing = {**{name: value for name, value in person.items() if value}, **typed}
        customer = {"date_of_birth": born, **customer}
    billing = {**billing, "country": billing.get("country") or country}
    shipping = known.get("shipping_address") or {}
    return {
        "billing_address": billing,
        "shipping_address": {**billing, **{name: value for name, value in shipping.items() if value}},
        "customer": {"type": "person", **customer},
    }


def _asked(world: World, order: Record) -> Done | None:
    """The shop's veto; None when it approves, or says nothing it would have to say.

    Assumed: any other answer than the documented ones counts as none.
    """
    if not order["purchase"]["merchant_urls"].get("validation"):
        return None
    attempt = ask_shop(world, order, view_of(order, world.name)) or {}
    status = attempt.get("status")
    if status in _REDIRECTS and attempt.get("location"):
        return Done(order, "redirected", attempt["location"])
    if status == _REFUSED:
        return Done(order, "refused", "", _text_of(attempt["answer"]))
    is_required = order["purchase"].get("options", {}).get("require_validate_callback_success", False)
    if status != _APPROVED and is_required:
        return Done(order, "refused", "", _NO_ANSWER)
    return None


def _text_of(answer: str) -> str:
    """``error_text`` of ``{error_type, error_text}``, which the shopper reads."""
    try:
        told = json.loads(answer)
    except ValueError:
        return _NOT_APPROVED
    text = told.get("error_text") if isinstance(told, dict) else None
    return text if isinstance(text, str) and text else _NOT_APPROVED


def _placed(world: World, order: Record, verdict: Verdict) -> Record:
    """Complete the checkout, once; then one session, authorization and order in the ledger."""
    order_id = order["order_id"]
    token_id = world.ids.uuid("customer_token") if order["purchase"].get("recurring") else None
    order = checkout.change(
        world, order_id, "complete", status=checkout.COMPLETE, completed_at=to_text(world.clock.now()),
        recurring_token=token_id,
    )  # fmt: skip
    purchase = _for_the_ledger(order)
    session = sessions.open_session(world, purchase, merchant=order["merchant"], base_url=order["base_url"])
    authorization = authorizations.grant(world, session)
    placed = {"token": authorization["token"], "body_digest": "", "answer": {"order_id": order_id}}
    orders.place_order(
        world, order_id, purchase, authorization=authorization, placed=placed, verdict=verdict, placed_through=CHECKOUT
    )
    if token_id:
        _keep_token(world, token_id, authorization, purchase)
    schedule_push(world, order_id)
    return order


def _for_the_ledger(order: Record) -> dict[str, Any]:
    purchase = checkout.purchase_of(order)
    return {
        **purchase,
        "purchase_country": purchase["purchase_country"].upper(),
        "purchase_currency": purchase["purchase_currency"].upper(),
        "merchant_urls": checkout.urls_of(order),
        "auto_capture": purchase.get("options", {}).get("auto_capture", False),
    }


def _keep_token(world: World, token_id: str, authorization: Record, purchase: Mapping[str, Any]) -> None:
    """For charges without the shopper: POST /customer-token/v1/tokens/{recurring_token}/order.

    Source: docs.klarna.com, KCO, recurring (read 2026-11-21).
    """
    request = {**purchase, "description": purchase.get("recurring_description")}
    tokens.create_customer_token(
        world, token_id, authorization, request,
        billing_address=purchase["billing_address"], customer=purchase["customer"],
    )  # fmt: skip
