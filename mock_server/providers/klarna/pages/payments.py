"""Where a browser goes after an order was placed."""

from __future__ import annotations

from mock_server.providers.klarna.actions.payments import find_session
from mock_server.providers.klarna.errors.payments import InvalidSessionId
from mock_server.providers.klarna.state.payments import filled_in
from mock_server.web.operations import Call, Reply


def redirect(call: Call) -> Reply:
    """Send the browser on to the shop's confirmation page; Klarna leaves its cookie here."""
    session = find_session(call.world, call.path_args["session_id"])
    url = (session["purchase"].get("merchant_urls") or {}).get("confirmation")
    if not url:
        raise InvalidSessionId()
    return Reply(None, 302, {"Location": filled_in(url, session)})
