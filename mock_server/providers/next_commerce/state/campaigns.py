"""The campaign that every campaign key opens: packages over the store's variants, offers, shipping, and their prices.

Campaigns are managed elsewhere, so this one stands here and is no record; what a variant, a shipping method or a coupon
is like is read from the store. Each discount is a percentage off the price of one unit, and they add up one after the
other: first the automatic offer, then codes.

A campaign's order in the store (CAMPAIGN_ORDERS, by its ref_id): ref_id, number of the order, payment_id of the payment
that leads to one; of both one is None.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger.markets import MARKETS
from mock_server.providers.next_commerce.state import records

CAMPAIGN_ORDERS = "campaign_orders"
ID, NAME, CURRENCY, LANGUAGE = 1, "Tea Time", "USD", "en"


class Package(NamedTuple):
    """What a campaign sells: so many of one variant."""

    ref_id: int
    name: str
    variant_id: int
    units: int = 1
    percent_off: int = 0  # of the variant's own price
    interval: str | None = None  # of a subscription
    interval_count: int | None = None


class Offer(NamedTuple):
    """A percentage off packages: of itself when enough are bought, or for who has the code of a coupon."""

    ref_id: int
    name: str
    percent: int
    least: int = 0  # of one package; 0: any quantity
    packages: tuple[int, ...] = ()  # by their ref_id; none: all
    coupon: Record | None = None

    @property
    def code(self) -> str:
        """Empty of one that applies by itself."""
        return str(self.coupon["code"]) if self.coupon else ""

    @property
    def description(self) -> str:
        return f"{self.percent}% off"

    def covers(self, package: Package) -> bool:
        return not self.packages or package.ref_id in self.packages


class Line(NamedTuple):
    """One line of a request, with its prices in minor units."""

    asked: Mapping[str, Any]
    package: Package
    variant: Record
    price: int  # of one unit
    recurring: int  # of one unit when it renews
    cuts: tuple[tuple[Offer, int], ...]  # what each offer takes off one unit

    @property
    def quantity(self) -> int:
        """Packages."""
        return int(self.asked["quantity"])

    @property
    def units(self) -> int:
        return self.quantity * self.package.units

    @property
    def reduced(self) -> int:
        """The price of one unit, offers taken off."""
        return self.price - sum(cut for _, cut in self.cuts)


_PACKAGES = (
    Package(1, "Stoneware Teapot", 1),
    Package(2, "Two Linen Tea Towels", 2, units=2, percent_off=10),
    Package(3, "Tea of the Month", 3, interval="month", interval_count=1),
    Package(4, "Enamel Mug, Blue", 4),
    Package(5, "Enamel Mug, Red", 5),
    Package(6, "Coffee Club", 123, interval="day", interval_count=30),
    Package(7, "Gift Card", 6),
)
_AUTOMATIC = (Offer(1, "Buy 3 teapots, save 20%", 20, least=3, packages=(1,)),)


def packages(world: World) -> list[tuple[Package, Record]]:
    """Those whose variant the store still has, each with its variant."""
    found = ((package, records.find(world, "variants", package.variant_id)) for package in _PACKAGES)
    return [(package, variant) for package, variant in found if variant is not None]


def offers(world: World) -> list[Offer]:
    """The automatic ones, and the store's coupons, which campaigns take too."""
    coupons = enumerate(records.oldest(world, "coupons"), len(_AUTOMATIC) + 1)
    return [*_AUTOMATIC, *(Offer(n, each["name"], each["percent"], coupon=each) for n, each in coupons)]


def prices(package: Package, variant: Record, currency: str) -> tuple[int, int, int] | None:
    """The variant's retail price, the package's and that of a renewal, each of one unit; None where it has no price."""
    own = variant["prices"].get(currency)
    if own is None:
        return None
    price = own * (100 - package.percent_off) // 100
    retail = variant.get("retail_prices", {}).get(currency, own)
    recurring = variant["subscription_prices"].get(currency, price) if package.interval else 0
    return int(retail), int(price), int(recurring)


def reduced(lines: Sequence[Line], found: Sequence[Offer], codes: Collection[str], *, is_upsell: bool) -> list[Line]:
    """The lines with what offers take off; unknown codes are passed over, upsells have no automatic offers.

    Source: developers.nextcommerce.com, campaigns, offers (read 2026-11-21).
    """
    entered = {code.strip().upper() for code in codes}
    bought: dict[int, int] = {}
    for line in lines:
        bought[line.package.ref_id] = bought.get(line.package.ref_id, 0) + line.quantity
    suitable = [offer for offer in found if (offer.code in entered if offer.code else not is_upsell)]
    return [_reduced(line, [o for o in suitable if _applies(o, line.package, bought)]) for line in lines]


def _applies(offer: Offer, package: Package, bought: Mapping[int, int]) -> bool:
    return offer.covers(package) and bought[package.ref_id] >= offer.least


def _reduced(line: Line, applied: Sequence[Offer]) -> Line:
    cuts: list[tuple[Offer, int]] = []
    price = line.price
    for offer in applied:
        cut = price * offer.percent // 100
        price -= cut
        cuts.append((offer, cut))
    return line._replace(cuts=tuple(cuts))


def saved(lines: Sequence[Line]) -> list[tuple[Offer, int]]:
    """What each offer takes off all lines, in minor units."""
    totals: dict[int, tuple[Offer, int]] = {}
    for line in lines:
        for offer, cut in line.cuts:
            earlier = totals.get(offer.ref_id, (offer, 0))[1]
            totals[offer.ref_id] = (offer, earlier + cut * line.units)
    return list(totals.values())


def shipping_method(world: World, ref_id: int) -> Record | None:
    """A campaign's shipping methods are those of the store, at its prices."""
    return records.find(world, "shipping_methods", ref_id)


def countries() -> list[tuple[str, str]]:
    """Where the campaign ships to: code and English name."""
    from babel import Locale  # not before a campaign is shown

    names = Locale("en").territories
    return sorted(((code, str(names[code])) for code in MARKETS), key=lambda country: country[1])
