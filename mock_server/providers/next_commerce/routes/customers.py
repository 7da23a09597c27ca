"""Endpoints about customers."""

from __future__ import annotations

from mock_server.web.operations import Operation

CUSTOMER_OPERATIONS: tuple[Operation, ...] = ()
