"""Lines of a subscription: what its renewals order from now on.

Source: developers.nextcommerce.com, subscription management (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import drafts
from mock_server.providers.next_commerce.actions.subscribing import changed
from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.state import records
from mock_server.providers.next_commerce.state import subscriptions as state
from mock_server.providers.next_commerce.state.subscriptions import CANCELED


def add_line(world: World, subscription: Record, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """One more line, at the price given or the product's own for subscriptions; answers with it.

    Sends subscription.updated. Raises InvalidFields, as for a subscription that is canceled.
    """
    terms = {name: subscription[name] for name in ("interval", "interval_count")}
    try:
        (line,) = drafts.lines_of(world, [{**wanted, "subscription": terms}], subscription["currency"])
    except InvalidFields as refused:  # of one line, not of a list
        raise InvalidFields(fields=refused.fields["lines"][0], faults=refused.faults) from refused
    added = state.with_id(world, state.line_of(line, line["price"]))
    after = changed(world, subscription, lambda found: {**found, "lines": [*_open(found)["lines"], added]})
    return state.subscription_line_view(after, added)


def update_line(world: World, subscription: Record, line_id: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Another quantity, price or metadata; answers with the line. Sends subscription.updated.

    Raises NotFound, InvalidFields.
    """
    changes = {"quantity": wanted["quantity"]}
    if "metadata" in wanted:
        changes["metadata"] = wanted["metadata"] or {}
    if wanted.get("price") is not None:
        changes["price"] = wanted["price"]

    def update(found: Record) -> Record:
        line = _line(_open(found), line_id)
        lines = [{**each, **changes} if each["id"] == line["id"] else each for each in found["lines"]]
        return {**found, "lines": lines}

    after = changed(world, subscription, update)
    return state.subscription_line_view(after, _line(after, line_id))


def remove_line(world: World, subscription: Record, line_id: str) -> None:
    """Take a line out; one must stay. Sends subscription.updated. Raises NotFound, InvalidFields."""

    def remove(found: Record) -> Record:
        line = _line(_open(found), line_id)
        lines = [each for each in found["lines"] if each["id"] != line["id"]]
        if not lines:
            why = f"line {line_id} is the only one of subscription {found['id']}; cancel the subscription instead"
            raise InvalidFields.at("non_field_errors", "Subscriptions must have at least one line.", why)
        return {**found, "lines": lines}

    changed(world, subscription, remove)


def _open(subscription: Record) -> Record:
    """Raises InvalidFields for one that is canceled: nothing is ordered any more."""
    if subscription["status"] == CANCELED:
        why = f"subscription {subscription['id']} is canceled since {subscription['canceled_at']}"
        raise InvalidFields.at("non_field_errors", "This subscription is canceled.", why)
    return subscription


def _line(subscription: Record, line_id: str) -> Record:
    owner = f"subscription {subscription['id']} has lines"
    return records.one_of(subscription["lines"], line_id, "SubscriptionLine", owner)
