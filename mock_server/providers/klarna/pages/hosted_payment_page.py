"""What a shopper sees of the Hosted Payment Page and where it leads. The look is this server's own."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from mock_server.core.errors import Misused
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.actions import hosted_shopper
from mock_server.providers.klarna.state import hosted_payment_page as state
from mock_server.web.operations import Call, Reply
from mock_server.web.pages import money, page

_TITLE = "Pay with Klarna"
_PIXELS = 8  # of a QR code's module
_MESSAGES: Mapping[str, str] = {
    state.COMPLETED: "This payment is done.",
    state.FAILED: "Klarna could not approve this payment. It can be tried again.",
    state.CANCELLED: "This payment was cancelled.",
    state.BACK: "Nothing was paid. The payment can still be made.",
    state.ERROR: "Something went wrong, nothing was paid. It can be tried again.",
    state.DISABLED: "The shop has closed this payment page.",
    state.TIMEOUT: "This payment page has expired.",
}


def show(call: Call) -> Reply:
    """The page of a session; opening it is told to the shop. A closed one says why."""
    session = _session(call)
    if session is None:
        return _gone()
    if session["status"] in state.OPEN and call.method != "HEAD":
        try:
            session = hosted_shopper.enter(call.world, session)
        except state.NotPossible:
            session = _session(call) or session
    if session["status"] not in state.OPEN:
        return _message(session)
    return _pay_page(call.world, session)


def act(call: Call) -> Reply:
    """What the shopper chose; then the browser goes back to the shop, or is told here what happened."""
    session = _session(call)
    if session is None:
        return _gone()
    try:
        done = hosted_shopper.act(call.world, session, call.decision, category=call.json.get("gateway", ""))
    except Misused as misused:
        return _not_possible(call.world, session, str(misused))
    except state.NotPossible as impossible:
        return _too_late(call, _session(call) or session, str(impossible))
    call.decision = done.decision
    if done.invalid_fields:
        text = f"These fields cannot be right: {', '.join(done.invalid_fields)}"
        return _not_possible(call.world, done.session, text)
    return _onward(call, done.session)


def _too_late(call: Call, session: Record, why: str) -> Reply:
    """Pressed again, or in a second window: a page that was closed meanwhile is not there any more."""
    if session["status"] in (state.DISABLED, state.TIMEOUT):
        return _gone()
    return _not_possible(call.world, session, why) if session["status"] in state.OPEN else _onward(call, session)


def _onward(call: Call, session: Record) -> Reply:
    back = state.return_url(session)
    return Reply(None, 303, {"Location": back}) if back else _message(session, state.page_url(session, call.world.name))


def show_qr_code(call: Call) -> Reply:
    """The address of the page as a PNG to scan."""
    session = _session(call)
    if session is None:
        return _gone()
    import segno  # not before one is asked for

    picture = BytesIO()
    url = state.page_url(session, call.world.name)
    segno.make(url, micro=False).save(picture, kind="png", scale=_PIXELS)
    return Reply(picture.getvalue(), content_type="image/png")


def _session(call: Call) -> Record | None:
    """As it is by now; one whose time is over is gone even before its alarm went off."""
    session = state.find_by_page(call.world, call.path_args["page_id"])
    if session is not None and session["status"] in state.OPEN and state.is_over(call.world, session):
        return {**session, "status": state.TIMEOUT}
    return session


def _gone() -> Reply:
    text = "No open payment has this address."
    return page("message.html", status=404, language="en", title="Unknown payment", text=text, back="")


def _not_possible(world: World, session: Record, text: str) -> Reply:
    back = state.page_url(session, world.name)
    return page("message.html", status=400, language="en", title="Not possible", text=text, back=back)


def _message(session: Record, try_again: str = "") -> Reply:
    """Where the shop gave no URL this page tells what happened."""
    status = session["status"]
    back = state.return_url(session) or (try_again if status in state.OPEN else "")
    return page(
        "message.html",
        status=404 if status in (state.DISABLED, state.TIMEOUT) else 200,
        language="en",
        title=_title(session),
        text=_MESSAGES[status],
        back=back,
    )


def _title(session: Record) -> str:
    return str(session["options"].get("page_title") or _TITLE)


def _pay_page(world: World, session: Record) -> Reply:
    purchase = state.purchase_of(world, session)
    methods = hosted_shopper.categories_of(world, session)
    shows_lines = session["options"].get("show_subtotal_detail") != "HIDE"
    return page(
        "pay.html",
        language="en",
        title=_title(session),
        amount=_money(purchase.get("order_amount", 0), purchase),
        description=methods[0][1] if len(methods) == 1 else "",
        reference=purchase.get("merchant_reference1") or "",
        lines=[_line(line, purchase) for line in purchase.get("order_lines", ())] if shows_lines else [],
        methods=methods,
        outcomes=_buttons(session),
        action=state.page_url(session, world.name),
    )


def _line(line: Mapping[str, Any], purchase: Mapping[str, Any]) -> dict[str, Any]:
    return {"quantity": line["quantity"], "name": line["name"], "price": _money(line["total_amount"], purchase)}


def _money(amount: int, purchase: Mapping[str, Any]) -> str:
    locale = str(purchase.get("locale") or "en-US").replace("-", "_")
    return money(amount, str(purchase.get("purchase_currency") or "EUR").upper(), locale)


def _buttons(session: Record) -> list[tuple[str, str]]:
    """Outcomes and what their buttons say; only outside web shops a shopper can cancel for good."""
    pay = str(session["options"].get("purchase_type") or "pay").capitalize()
    return [
        ("", pay),
        ("pending", f"{pay}, but let Klarna decide later"),
        ("rejected", "Be declined"),
        ("error", "Run into an error"),
        ("back", "Go back to the shop"),
        *([("cancelled", "Cancel")] if session["channel"] != state.ECOMMERCE else []),
    ]
