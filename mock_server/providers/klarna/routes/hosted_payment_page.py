"""Hosted Payment Page v1: method, path, body, outcomes of each endpoint."""

from __future__ import annotations

from mock_server.web.operations import Operation

HOSTED_PAYMENT_PAGE_OPERATIONS: tuple[Operation, ...] = ()
HOSTED_PAYMENT_PAGE_CONTROLS: tuple[Operation, ...] = ()
