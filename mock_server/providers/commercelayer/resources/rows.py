"""What a resource is made of, and the form that its row is written in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

LIST, RETRIEVE, CREATE, UPDATE, DELETE = "LRCUD"
COMMON = ("created_at", "updated_at", "reference", "reference_origin", "metadata")
PAYMENT_SOURCES = (
    "adyen_payments", "axerve_payments", "braintree_payments", "checkout_com_payments", "external_payments",
    "klarna_payments", "paypal_payments", "satispay_payments", "stripe_payments", "wire_transfers",
)  # fmt: skip
_ITEMS = (
    "skus", "bundles", "gift_cards", "shipments", "payment_methods", "adjustments", "discount_engine_items",
    "percentage_discount_promotions", "free_shipping_promotions", "buy_x_pay_y_promotions", "free_gift_promotions",
    "fixed_price_promotions", "external_promotions", "fixed_amount_promotions", "flex_promotions",
)  # fmt: skip
_SORTED_EVERYWHERE = ("id", "created_at", "updated_at", "reference", "reference_origin")
_TAX_CALCULATORS = (
    "avalara_accounts", "stripe_tax_accounts", "vertex_accounts", "taxjar_accounts", "manual_tax_calculators",
    "external_tax_calculators",
)  # fmt: skip
_ABBREVIATED = {"$payment_source": PAYMENT_SOURCES, "$item": _ITEMS, "$tax_calculator": _TAX_CALCULATORS}


class Attribute(NamedTuple):
    """A name, what it holds, and where it may stand: r(ead), c(reate), ! required there, u(pdate), s(orted by)."""

    name: str
    kind: str  # text | integer | number | flag | object | objects | texts | time | money | common
    flags: str


class Relation(NamedTuple):
    """A relationship: to which types, to many or one, and where it may be written (c, !, u)."""

    name: str
    types: tuple[str, ...]
    is_many: bool
    flags: str


@dataclass(frozen=True, eq=False, repr=False)
class Resource:
    """One row: a type with its attributes and relationships, as text.

    A line of attributes is flags, kind and names; money stands for three: ``total_amount`` is total_amount_cents,
    total_amount_float and formatted_total_amount, of which the first can be written; common is what all resources have,
    at the end when a row does not say where. A line of relationships is a name, ``>`` (one) or ``*`` (many), types and
    flags.
    """

    type: str
    attribute_lines: str
    relation_lines: str = ""
    verbs: str = "LRCUD"  # what the API offers
    sales: str = ""  # what of that a sales channel may do
    is_own: bool = False  # whether a customer who logged in lists those of their own through a sales channel
    hidden: tuple[str, ...] = ()  # attributes that a sales channel does not see
    is_single: bool = False  # /api/organization: one, without an id
    is_kept: bool = True  # False: a view of others, or made as it is asked for
    is_cacheable: bool = False  # for the rate limits
    defaults: Mapping[str, object] = field(default_factory=dict)  # attributes of a new record that was not told

    @cached_property
    def attributes(self) -> Mapping[str, Attribute]:
        return {attribute.name: attribute for attribute in self._attributes()}

    @cached_property
    def relations(self) -> Mapping[str, Relation]:
        return {relation.name: relation for relation in self._relations()}

    @cached_property
    def shown(self) -> tuple[Attribute, ...]:
        """What answers show, in their order, without what all resources have."""
        return tuple(attribute for attribute in self.attributes.values() if "r" in attribute.flags)

    @cached_property
    def fields(self) -> frozenset[str]:
        """What ``fields[type]`` may name."""
        return frozenset({"id", *COMMON, *self.readable, *self.relations})

    @cached_property
    def readable(self) -> frozenset[str]:
        return frozenset(name for attribute in self.shown for name in spread(attribute))

    @cached_property
    def sortable(self) -> frozenset[str]:
        own = (spread(attribute)[0] for attribute in self.attributes.values() if "s" in attribute.flags)
        return frozenset({*_SORTED_EVERYWHERE, *own})

    def _attributes(self) -> Iterator[Attribute]:
        for line in self.attribute_lines.strip().splitlines():
            flags, kind, *names = line.split()
            yield from (Attribute(name, kind, flags) for name in names)

    def _relations(self) -> Iterator[Relation]:
        for line in self.relation_lines.strip().splitlines():
            name, arrow, types, *flags = line.split()
            yield Relation(name, _ABBREVIATED.get(types) or tuple(types.split(",")), arrow == "*", "".join(flags))


def spread(attribute: Attribute) -> tuple[str, ...]:
    """The names that an attribute has on the wire."""
    if attribute.kind == "common":
        return COMMON
    if attribute.kind != "money":
        return (attribute.name,)
    return f"{attribute.name}_cents", f"{attribute.name}_float", f"formatted_{attribute.name}"
