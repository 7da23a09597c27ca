"""Orders, transactions and refunds as the API shows them, in the form of each version.

Key order and the values' forms: the sample of an order in the storefront's event tracking guide; names: schemas
2024-04-01 and 2023-02-10 (read 2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.next_commerce.state import orders, records
from mock_server.providers.next_commerce.state.customers import INLINE
from mock_server.providers.next_commerce.state.money import moment, money
from mock_server.providers.next_commerce.state.versions import OLD, STABLE

ATTRIBUTION = (
    "funnel", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "metadata", "affiliate",
    "subaffiliate1", "subaffiliate2", "subaffiliate3", "subaffiliate4", "subaffiliate5",
)  # fmt: skip
_ADDRESS = ("first_name", "last_name", "line1", "line2", "line3", "line4", "postcode", "phone_number")
# how the 2023 version calls what it shows otherwise; it lacks these
_NOT_IN_OLD = ("total_discount", "original_total_discount", "total_outstanding")


def order_view(world: World, order: Record, version: str = STABLE) -> dict[str, Any]:
    """The full order."""
    is_old = version == OLD
    line = _old_line_view if is_old else line_view
    view = {
        **_head(world, order),
        "lines": [line(world, order, each) for each in order["lines"]],
        **_shipping(order),
        **_totals(order),
        **_beside(order),
        "user": inline_user(order["user"]),
        "shipping_address": address_view(order["shipping_address"], notes=True),
        "billing_address": address_view(order["billing_address"]),
        **_times(world, order),
        "offer_discounts": [_offer(each) for each in order.get("offers", ())],
        "voucher_discounts": [voucher_view(world, each) for each in order["discounts"]],
        "attribution": attribution_view(order["attribution"]),
        "metadata": order["metadata"],
        "transactions": [transaction_object(world, each) for each in order["transactions"]],
        "refunds": [refund_view(world, order, each) for each in order["refunds"]],
        "fulfillments": _fulfillments(world, order),
        "subscriptions": order["subscriptions"],
        "subscription_lifecycle": order["lifecycle"],
        "shipping_tax_lines": [],
        "tax_lines": [],
        "tags": order["tags"],
        "supports_post_purchase_upsells": not orders.why_no_upsell(order),
        "order_status_url": status_url(world, order),
    }
    return {name: value for name, value in view.items() if not (is_old and name in _NOT_IN_OLD)}


def row_view(world: World, order: Record, version: str = STABLE) -> dict[str, Any]:
    """An order in a list: without lines, addresses, transactions and refunds."""
    view = {
        **_head(world, order),
        **_shipping(order),
        **_totals(order),
        "currency": order["currency"],
        "display_taxes": "",
        "source": order["source"],
        "user": inline_user(order["user"]),
        **_times(world, order),
        "metadata": order["metadata"],
        "order_status_url": status_url(world, order),
    }
    return {name: value for name, value in view.items() if not (version == OLD and name in _NOT_IN_OLD)}


def _head(world: World, order: Record) -> dict[str, Any]:
    return {
        "number": order["number"],
        "status": order["status"],
        "fulfillment_status": order["fulfillment_status"],
        "payment_status": orders.payment_status(order),
        "is_test": order["is_test"],
    }


def _shipping(order: Record) -> dict[str, Any]:
    price, original = money(orders.shipping_left(order)), money(order["shipping"]["original_price"])
    return {
        "shipping_method": order["shipping"]["name"],
        "shipping_code": order["shipping"]["code"],
        "shipping_incl_tax": price,
        "shipping_excl_tax": price,
        "shipping_tax": "0.00",
        "original_shipping_incl_tax": original,
        "original_shipping_excl_tax": original,
    }


def _totals(order: Record) -> dict[str, Any]:
    total, original = money(orders.total(order)), money(order["original"]["total"])
    return {
        "total_incl_tax": total,
        "total_excl_tax": total,
        "total_tax": "0.00",
        "total_discount": money(orders.discount(order)),
        "total_cost": money(sum(line["unit_cost"] * orders.left_of(line) for line in order["lines"])),
        "total_outstanding": money(orders.outstanding(order)),
        "original_total_incl_tax": original,
        "original_total_excl_tax": original,
        "original_total_discount": money(order["original"]["discount"]),
    }


_REPORTED = (
    "original_shipping_excl_tax", "original_shipping_incl_tax", "original_total_discount", "original_total_excl_tax",
    "original_total_incl_tax", "shipping_excl_tax", "shipping_incl_tax", "total_cost", "total_discount",
    "total_excl_tax", "total_incl_tax",
)  # fmt: skip


def _beside(order: Record) -> dict[str, Any]:
    money_fields = {**_shipping(order), **_totals(order)}
    return {
        "currency": order["currency"],
        "display_taxes": "",
        "source": order["source"],
        "report_values": {"currency": order["currency"], **{name: money_fields[name] for name in _REPORTED}},
    }


def _times(world: World, order: Record) -> dict[str, Any]:
    return {name: moment(world, order[name]) for name in ("date_placed", "created_at", "updated_at")}


def line_view(world: World, order: Record, line: Record) -> dict[str, Any]:
    """A line of version 2024-04-01; prices are those of all its items."""
    amounts = {
        "price_excl_tax": money(orders.price_of(line)),
        "price_incl_tax": money(orders.price_of(line)),
        "total_discount": money(orders.discount_of(line)),
        "original_price_excl_tax": money(line["original_price"] * line["bought"] - line["discount"]),
        "original_price_incl_tax": money(line["original_price"] * line["bought"] - line["discount"]),
        "original_total_discount": money(line["discount"]),
        "unit_cost": money(line["unit_cost"]),
        "total_cost": money(line["unit_cost"] * orders.left_of(line)),
    }
    return {
        "id": line["id"],
        **product_of_line(order, line),
        "quantity": line["quantity"],
        "current_quantity": orders.left_of(line),
        "fulfillable_quantity": 0 if order["status"] == orders.CANCELED else orders.unshipped_of(line),
        "editable_quantity": orders.editable_of(order, line),
        "currency": order["currency"],
        **amounts,
        "requires_shipping": line["requires_shipping"],
        "is_gift_card": line["is_gift_card"],
        "is_upsell": line["is_upsell"],
        "metadata": line["metadata"],
        "properties": [{"key": key, "value": value} for key, value in line["properties"].items()],
        "tax_lines": [],
        "report_values": {"currency": order["currency"], **amounts},
        "created_at": moment(world, line["created_at"]),
        "updated_at": moment(world, line["updated_at"]),
    }


def product_of_line(order: Mapping[str, Any], line: Record) -> dict[str, Any]:
    """What a line, of an order, a cart or a subscription, tells of its product."""
    base = order["base_url"]
    return {
        "product_id": line["product_id"],
        "sku": line["sku"],
        "product_title": line["title"],
        "product_image": f"{base}/media/products/{line['slug']}.jpg",
        "product_url": f"{base}/catalogue/{line['slug']}_{line['variant_id']}/",
        "variant_id": line["variant_id"],
        "variant_title": line["variant_title"],
    }


def _old_line_view(world: World, order: Record, line: Record) -> dict[str, Any]:
    """A line of version 2023-02-10, with its product and stock record inside."""
    quantity = orders.left_of(line)
    whole, price = line["price"] * quantity, orders.price_of(line)
    variant = records.find(world, "variants", line["variant_id"])
    made = moment(world, variant["created_at"] if variant else line["created_at"])
    return {
        "id": line["id"],
        "product": {
            "id": line["product_id"],
            "title": line["title"],
            "slug": line["slug"],
            "structure": "standalone",
            "url": f"{order['base_url']}/catalogue/{line['slug']}_{line['variant_id']}/",
            "images": [],
            "categories": [],
            "variants": [],
            "rating": None,
            "date_created": made,
            "date_updated": made,
        },
        "stockrecord": {
            "id": line["variant_id"],
            "partner_sku": line["sku"],
            "price_currency": order["currency"],
            "price": money(line["price"]),
            "price_retail": None,
            "num_in_stock": variant["in_stock"] if variant else None,
            "num_allocated": None,
        },
        "quantity": quantity,
        "price_currency": order["currency"],
        "price_excl_tax": money(price),
        "price_incl_tax": money(price),
        "price_excl_tax_excl_discounts": money(whole),
        "price_incl_tax_excl_discounts": money(whole),
        "unit_cost": money(line["unit_cost"]),
        "total_cost": money(line["unit_cost"] * quantity),
        "is_gift_card": line["is_gift_card"],
        "is_upsell": line["is_upsell"],
        "metadata": line["metadata"],
        "tax_lines": [],
        "created_at": moment(world, line["created_at"]),
        "updated_at": moment(world, line["updated_at"]),
    }


def inline_user(user: Mapping[str, Any]) -> dict[str, Any]:
    """A customer inside an order, a cart, a subscription or a transaction."""
    return {name: user.get(name) for name in INLINE}


def address_view(address: Mapping[str, Any] | None, *, notes: bool = False) -> dict[str, Any] | None:
    if address is None:
        return None
    told = {"id": address["id"], **{name: address.get(name) or "" for name in _ADDRESS}}
    if notes:
        told["notes"] = address.get("notes") or ""
    return told | {"state": address.get("state") or "", "country": address["country"]}


def attribution_view(attribution: Mapping[str, Any]) -> dict[str, Any]:
    agent = attribution.get("agent")
    told = {"agent": {"id": agent, "email": None, "first_name": "", "last_name": ""} if agent else None}
    return told | {name: attribution.get(name, {} if name == "metadata" else None) for name in ATTRIBUTION}


def _offer(discount: Record) -> dict[str, Any]:
    return {name: discount[name] for name in ("name", "description")} | {"amount": money(discount["amount"])}


def voucher_view(world: World, discount: Record) -> dict[str, Any]:
    voucher = discount["voucher"]
    dates = {"start_datetime": moment(world, voucher["from"]), "end_datetime": moment(world, voucher["to"])}
    return {
        "name": discount["name"],
        "description": discount["description"],
        "amount": money(discount["amount"]),
        "voucher": {"name": voucher["name"], "code": voucher["code"], **dates},
    }


def transaction_object(world: World, transaction: Record) -> dict[str, Any]:
    """A transaction inside an order or a refund."""
    card = transaction["card"] or {}
    return {
        "id": transaction["id"],
        "external_id": transaction["external_id"],
        "type": transaction["type"],
        "amount": money(transaction["amount"]),
        "currency": transaction["currency"],
        "parent_id": transaction["parent_id"],
        "status": transaction["status"],
        "date_created": moment(world, transaction["created_at"]),
        "payment_method": transaction["payment_method"],
        "payment_details": {
            "gateway": transaction["gateway"],
            "bankcard_first_six": card.get("first_six"),
            "bankcard_last_four": card.get("last_four"),
            "is_3ds": transaction["is_3ds"],
            "optimized_3ds": False,
            "sca_flow": None,
            "card_token": card.get("token"),
            "paypal_vault_id": None,
        },
        "response_code": transaction["response_code"],
        "auth_code": transaction["auth_code"],
        "network_transaction_id": None,
        "statement_descriptor": transaction["descriptor"],
        "is_disputed": False,
        "is_external": transaction["is_external"],
        "is_test": transaction["is_test"],
        "is_initial_retry": False,
        "report_values": {"currency": transaction["currency"], "amount": money(transaction["amount"])},
    }


_NOT_BY_ITSELF = ("is_initial_retry",)
_NOT_IN_LISTS = ("is_test", "report_values", "statement_descriptor")


def transaction_row(world: World, transaction: Record) -> dict[str, Any]:
    """A transaction in a list."""
    view = transaction_view(world, transaction)
    return {name: value for name, value in view.items() if name not in _NOT_IN_LISTS}


def transaction_view(world: World, transaction: Record) -> dict[str, Any]:
    """A transaction by itself: with its order, customer and subscription."""
    shown = transaction_object(world, transaction)
    order = orders.find(world, transaction["order"]) if transaction["order"] else None
    user = records.find(world, "users", transaction["user_id"]) if transaction["user_id"] else None
    return {
        **{name: value for name, value in shown.items() if name not in _NOT_BY_ITSELF},
        "amount_available_for_refund": money(orders.refundable(order, transaction) if order else 0),
        "order": transaction["order"],
        "subscription": transaction["subscription"] or {},
        "user": inline_user((order["user"] if order else user) or {}),
        "initiator": None,
        "attribution": attribution_view(order["attribution"] if order else transaction["attribution"]),
    }


def refund_view(world: World, order: Record, refund: Record) -> dict[str, Any]:
    totals = {
        "total_refund_amount": money(sum(t["amount"] for t in refund["transactions"] if t["status"] == "succeeded")),
        "total_return_excl_tax": money(_returned(refund)),
        "total_return_incl_tax": money(_returned(refund)),
    }
    return {
        "id": refund["id"],
        "order_number": order["number"],
        "created_at": moment(world, refund["created_at"]),
        "note": refund["note"],
        "user_id": order["user_id"],
        "refund_line_items": [_refund_line(order, line) for line in refund["lines"]],
        "adjustments": [
            {"id": each["id"], "type": each["type"], **_amounts(each["amount"]), **_reported(order, each["amount"])}
            for each in refund["adjustments"]
        ],
        "transactions": [transaction_object(world, each) for each in refund["transactions"]],
        **totals,
        "report_values": {"currency": order["currency"], **totals},
    }


def _returned(refund: Record) -> int:
    return sum(each["amount"] for each in (*refund["lines"], *refund["adjustments"]))


def _refund_line(order: Record, line: Record) -> dict[str, Any]:
    return {
        "id": line["id"],
        "line_item_id": line["line_id"],
        "location_id": line["location_id"],
        "quantity": line["quantity"],
        "restock_type": line["restock_type"],
        **_amounts(line["amount"]),
        **_reported(order, line["amount"]),
    }


def _amounts(amount: int) -> dict[str, str]:
    return {"amount_excl_tax": money(amount), "amount_incl_tax": money(amount)}


def _reported(order: Record, amount: int) -> dict[str, Any]:
    return {"report_values": {"currency": order["currency"], **_amounts(amount)}}


def status_url(world: World, order: Record) -> str:
    """The page of an order: ``.../109659/109659:signature/``."""
    number = order["number"]
    path = f"/accounts/order-status/{number}/{number}:{signature(world, number)}/"
    return f"{order['base_url']}{path}{records.where(world)}"


def signature(world: World, number: str) -> str:
    """43 characters that follow from the number, as an HMAC-SHA256 in Base64 has."""
    from base64 import urlsafe_b64encode

    chance = world.ids.tied_to("next_commerce.order_status", number)
    return urlsafe_b64encode(chance.randbytes(32)).decode().rstrip("=")


def _fulfillments(world: World, order: Record) -> list[dict[str, Any]]:
    if not order["fulfillments"]:
        return []
    from mock_server.providers.next_commerce.state.shipments import fulfillment_view  # most orders have none

    return [fulfillment_view(world, order, each) for each in order["fulfillments"]]
