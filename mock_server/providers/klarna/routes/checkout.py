"""Checkout v3: method, path, body, outcomes of each endpoint."""

from __future__ import annotations

from mock_server.web.operations import Operation

CHECKOUT_OPERATIONS: tuple[Operation, ...] = ()
CHECKOUT_CONTROLS: tuple[Operation, ...] = ()
