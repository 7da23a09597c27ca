"""Every resource that is emulated, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mock_server.providers.commercelayer.resources import catalogue, hooks, orders, payments, shop
from mock_server.providers.commercelayer.resources.rows import Resource

RESOURCES: Mapping[str, Resource] = {
    row.type: row for row in (*shop.ROWS, *catalogue.ROWS, *orders.ROWS, *payments.ROWS, *hooks.ROWS)
}


@cache
def known_types() -> frozenset[str]:
    """All types that this server has heard of, whether they are emulated or only related to some that are."""
    relations = (relation for row in RESOURCES.values() for relation in row.relations.values())
    return frozenset({*RESOURCES, *(type_ for relation in relations for type_ in relation.types)})
