"""Settlements v1: method, path, body, outcomes of each endpoint."""

from __future__ import annotations

from mock_server.web.operations import Operation

SETTLEMENTS_OPERATIONS: tuple[Operation, ...] = ()
SETTLEMENTS_CONTROLS: tuple[Operation, ...] = ()
