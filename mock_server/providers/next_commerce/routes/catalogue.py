"""Endpoints about what the store sells and how: products, shipping methods, gateways, the store, carts, themes."""

from __future__ import annotations

from mock_server.web.operations import Operation

CATALOGUE_OPERATIONS: tuple[Operation, ...] = ()
