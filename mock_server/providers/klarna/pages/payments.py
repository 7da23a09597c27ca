"""Where a browser goes after an order was placed."""

from __future__ import annotations

from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.actions.payments import find_session
from mock_server.providers.klarna.errors.payments import InvalidSessionId
from mock_server.providers.klarna.state.payments import filled_in
from mock_server.web.operations import Call, Reply


def redirect(call: Call) -> Reply:
    """Send the browser on to the shop's confirmation page; Klarna leaves its cookie here."""
    found_id = call.path_args["session_id"]
    urls, known = _charged(call.world, found_id) or _paid(call.world, found_id)
    if not urls.get("confirmation"):
        raise InvalidSessionId()
    return Reply(None, 302, {"Location": filled_in(urls["confirmation"], known)})


def _paid(world: World, session_id: str) -> tuple[Record, Record]:
    """The shop's URLs, and what fills them in; raises InvalidSessionId."""
    session = find_session(world, session_id)
    return session["purchase"].get("merchant_urls") or {}, session


def _charged(world: World, order_id: str) -> tuple[Record, Record] | None:
    """The same of an order that was charged to a customer token: it has no session, its own id stands for one."""
    order = world.store.get("orders", order_id)
    if order is None or not order.get("customer_token_id"):
        return None
    return order.get("merchant_urls") or {}, {"id": order_id, "order_id": order_id}
