"""Endpoints of the Campaigns API, which pages in a browser call."""

from __future__ import annotations

from mock_server.web.operations import Operation

CAMPAIGN_OPERATIONS: tuple[Operation, ...] = ()
