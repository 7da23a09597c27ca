"""Order Management v1: method, path, body, outcomes of each endpoint."""

from __future__ import annotations

from mock_server.web.operations import Operation

ORDER_MANAGEMENT_OPERATIONS: tuple[Operation, ...] = ()
ORDER_MANAGEMENT_CONTROLS: tuple[Operation, ...] = ()
