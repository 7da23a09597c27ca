"""Endpoints about fulfillment orders, fulfillments and locations."""

from __future__ import annotations

from mock_server.web.operations import Operation

FULFILLMENT_OPERATIONS: tuple[Operation, ...] = ()
