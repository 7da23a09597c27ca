"""Endpoints of the authorization server: the page that asks for consent, and tokens."""

from __future__ import annotations

from mock_server.web.operations import Operation

OAUTH_OPERATIONS: tuple[Operation, ...] = ()
