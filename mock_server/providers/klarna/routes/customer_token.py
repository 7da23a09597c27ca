"""Customer Token v1: method, path, body, outcomes of each endpoint."""

from __future__ import annotations

from mock_server.web.operations import Operation

CUSTOMER_TOKEN_OPERATIONS: tuple[Operation, ...] = ()
CUSTOMER_TOKEN_CONTROLS: tuple[Operation, ...] = ()
