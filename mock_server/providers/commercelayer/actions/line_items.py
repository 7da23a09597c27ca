"""What a shopper puts into an order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.actions.act import Act
from mock_server.providers.commercelayer.actions.carts import keep_in_step
from mock_server.providers.commercelayer.errors import Problem
from mock_server.providers.commercelayer.schemas.documents import Written
from mock_server.providers.commercelayer.state import records
from mock_server.providers.commercelayer.state.carts import price_of
from mock_server.providers.commercelayer.state.statuses import EDITABLE, EDITING


_MOST = 1_000_000  # of one SKU, and the highest price in major units: sums stay whole numbers of 64 bits


def create(act: Act, written: Written) -> Record:
    """Put so many of a SKU into an order, at its price in the order's market; a draft becomes pending.

    With ``_update_quantity`` more of what is there already is no new line. The order's payment source goes. Raises
    Unprocessable: the order is not editable, no such SKU, no price, no quantity.
    Source: docs.commercelayer.io, line items (read 2026-11-21).
    """
    world, attributes = act.world, dict(written.attributes)
    order = _order(act, written.relations["order"])
    _check_price(act, attributes)
    sku = _sku(world, attributes, written.relations.get("item"))
    quantity = _quantity(attributes["quantity"])
    price = None if attributes.get("unit_amount_cents") is not None else _price(world, order, sku)
    same = _same(world, order, sku) if attributes.get("_update_quantity") else None
    if same is not None:
        return _changed(world, order, same, lambda found: {"quantity": _quantity(found["quantity"] + quantity)})
    cents = price["attributes"]["amount_cents"] if price else attributes["unit_amount_cents"]
    compared = price["attributes"].get("compare_at_amount_cents") if price else None
    told: dict[str, Any] = {
        **{name: value for name, value in written.plain.items() if value is not None},
        "sku_code": sku["attributes"]["code"],
        "quantity": quantity,
        "currency_code": order["attributes"]["currency_code"],
        "unit_amount_cents": cents,
        "compare_at_amount_cents": attributes.get("compare_at_amount_cents") or compared or cents,
        "total_amount_cents": quantity * cents,
        "name": attributes.get("name") or sku["attributes"]["name"],
        "image_url": attributes.get("image_url") or sku["attributes"].get("image_url"),
        "item_type": "skus",
    }
    here, item = records.reference(order), records.reference(sku)
    parts = {"order": here, "item": item, "sku": item}
    line = records.create(world, "line_items", told, parts, belongs={"line_items": here}, is_priced=price is None)
    keep_in_step(world, order)
    return line


def update(act: Act, line: Record, written: Written) -> Record:
    """Another quantity, price or name; the order's payment source goes. Raises Unprocessable."""
    order = _order(act, line["relations"]["order"])
    _check_price(act, written.attributes)
    changes = written.plain
    if "quantity" in changes:
        changes["quantity"] = _quantity(changes["quantity"])
    is_priced = changes.get("unit_amount_cents") is not None or bool(line["private"].get("is_priced"))
    return _changed(act.world, order, line, lambda _: changes, is_priced=is_priced)


def _changed(
    world: World, order: Record, line: Record, changes: Callable[[Mapping[str, Any]], Mapping[str, Any]], **private: Any
) -> Record:
    changed = records.change(world, line, lambda found: _resummed(found, changes, private))
    keep_in_step(world, order)
    return changed


def _resummed(line: Record, changes: Callable[[Mapping[str, Any]], Mapping[str, Any]], private: Any) -> Record:
    attributes = {**line["attributes"], **changes(line["attributes"])}
    options = attributes.get("options_amount_cents") or 0
    attributes["total_amount_cents"] = attributes["quantity"] * (attributes["unit_amount_cents"] + options)
    return {**line, "attributes": attributes, "private": {**line["private"], **private}}


def refresh_prices(world: World, order: Record) -> None:
    """Lines get the prices that their SKUs have by now, but for those whose price the caller set."""
    for line in records.belonging(world, order, "line_items"):
        price = price_of(world, order, line["attributes"].get("sku_code"))
        if price is not None and not line["private"].get("is_priced"):
            cents = price["attributes"]["amount_cents"]
            records.change(world, line, partial(_repriced, cents=cents))


def _repriced(line: Record, cents: int) -> Record:
    return _resummed(line, lambda _: {"unit_amount_cents": cents}, {})


def delete(act: Act, line: Record) -> None:
    """Take it out of the order; the payment source goes. Raises Unprocessable."""
    order = _order(act, line["relations"]["order"])
    records.remove(act.world, line, belongs={"line_items": records.reference(order)})
    keep_in_step(act.world, order)


def _order(act: Act, reference: records.Reference | None) -> Record:
    """The order, when its lines may change; raises Unprocessable, and AccessDenied for one that is being edited."""
    order = records.follow(act.world, reference)
    if order is None:
        raise errors.Unprocessable.of(errors.blank("order", is_relationship=True))
    if act.is_sales and order["attributes"]["status"] == EDITING:
        raise errors.AccessDenied.because(f"order {order['id']} is being edited, by an integration")
    if order["attributes"]["status"] not in EDITABLE:
        why = f"order {order['id']} is {order['attributes']['status']}; lines change while it is {', '.join(EDITABLE)}"
        raise errors.Unprocessable.of(Problem("order", "is invalid", "invalid", is_relationship=True, why=why))
    return order


def _check_price(act: Act, attributes: Mapping[str, Any]) -> None:
    """Only integrations set prices, which are not negative. Raises AccessDenied, Unprocessable."""
    for name in ("unit_amount_cents", "compare_at_amount_cents", "options_amount_cents"):
        cents = attributes.get(name)
        if cents is None:
            continue
        if act.is_sales:
            raise errors.AccessDenied.because(f"{name} is for integrations; a sales channel sells at the listed price")
        if cents > 100 * _MOST:
            title, more = f"must be less than or equal to {100 * _MOST}", {"value": cents, "count": 100 * _MOST}
            raise errors.Unprocessable.of(Problem(name, title, "less_than_or_equal_to", more=more))
        if cents < 0:
            more = {"value": cents, "count": 0}
            title, error = "must be greater than or equal to 0", "greater_than_or_equal_to"
            raise errors.Unprocessable.of(Problem(name, title, error, more=more))


def _sku(world: World, attributes: dict[str, Any], item: records.Reference | None) -> Record:
    for name, value in (("bundle_code", attributes.get("bundle_code")), ("item_type", attributes.get("item_type"))):
        if value and value != "skus":
            why = f"{name} is {value}; this server has SKUs only"
            raise errors.Unprocessable.of(Problem(name, "is invalid", "invalid", why=why))
    if item is not None and item[0] == "skus":
        return records.follow(world, item) or _unknown("")
    if item is not None:
        why = f"item is one of {item[0]}; this server sells SKUs only"
        raise errors.Unprocessable.of(Problem("item", "is invalid", "invalid", is_relationship=True, why=why))
    code = attributes.get("sku_code")
    if not code:
        raise errors.Unprocessable.of(errors.blank("item", is_relationship=True, why="neither sku_code nor item"))
    for sku in records.every(world, "skus"):
        if sku["attributes"]["code"] == code:
            return sku
    return _unknown(code)


def _unknown(code: str) -> Record:
    problem = Problem("sku_code", "is invalid", "invalid", more={"value": code}, why=f"there is no SKU {code!r}")
    raise errors.Unprocessable.of(problem)


def _quantity(quantity: int | None) -> int:
    if quantity is None:
        raise errors.Unprocessable.of(errors.blank("quantity"))
    if quantity > _MOST:
        title, more = f"must be less than or equal to {_MOST}", {"value": quantity, "count": _MOST}
        raise errors.Unprocessable.of(Problem("quantity", title, "less_than_or_equal_to", more=more))
    if quantity <= 0:
        more = {"value": quantity, "count": 0}
        raise errors.Unprocessable.of(Problem("quantity", "must be greater than 0", "greater_than", more=more))
    return quantity


def _price(world: World, order: Record, sku: Record) -> Record:
    code = sku["attributes"]["code"]
    price = price_of(world, order, code)
    if price is None:
        why = f"SKU {code} has no price in the price list of the order's market"
        raise errors.Unprocessable.of(Problem("unit_amount_cents", "can't be blank", "blank", why=why))
    return price


def _same(world: World, order: Record, sku: Record) -> Record | None:
    lines = records.belonging(world, order, "line_items")
    return next((line for line in lines if line["relations"].get("sku") == records.reference(sku)), None)
