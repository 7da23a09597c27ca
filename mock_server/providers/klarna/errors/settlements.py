"""The refusals of Settlements, each with its status and error_code.

Source: Settlements API reference, which names 400 and 404 and the envelope, no codes (read 2026-11-21).
"""

from __future__ import annotations

from mock_server.core.errors import Wordless


class PayoutNotFound(Wordless):
    """No payout has this reference."""

    status = 404
    code = "NOT_FOUND"
