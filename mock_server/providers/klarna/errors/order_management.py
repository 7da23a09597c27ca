"""The refusals of Order Management, each with its status, error_code and message."""

from __future__ import annotations

from mock_server.core.errors import ApiError


class Conflict(ApiError):
    """The order is being changed by another request."""

    status = 409
    code = "CONFLICT"

    @classmethod
    def default_messages(cls) -> list[str]:
        return []
