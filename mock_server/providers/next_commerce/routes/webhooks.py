"""Endpoints about webhooks."""

from __future__ import annotations

from mock_server.web.operations import Operation

WEBHOOK_OPERATIONS: tuple[Operation, ...] = ()
