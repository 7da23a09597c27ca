"""Endpoints about subscriptions."""

from __future__ import annotations

from mock_server.web.operations import Operation

SUBSCRIPTION_OPERATIONS: tuple[Operation, ...] = ()
