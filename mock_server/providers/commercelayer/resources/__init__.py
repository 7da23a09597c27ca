"""Every resource that is emulated, one row each."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.providers.commercelayer.resources import catalogue, hooks, orders, payments, shop
from mock_server.providers.commercelayer.resources.rows import Resource

RESOURCES: Mapping[str, Resource] = {
    row.type: row for row in (*shop.ROWS, *catalogue.ROWS, *orders.ROWS, *payments.ROWS, *hooks.ROWS)
}
