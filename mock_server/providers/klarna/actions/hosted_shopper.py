"""What a shopper does on the hosted payment page: comes, pays, is turned down, leaves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

from mock_server.core.errors import ApiError, Misused
from mock_server.core.rules import ACCEPTED, Decision, look_into
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.providers.klarna.actions import payments, shopper
from mock_server.providers.klarna.errors.payments import Rejected
from mock_server.providers.klarna.state import hosted_payment_page as state
from mock_server.providers.klarna.webhooks.hosted_payment_page import send_status_update

# what rules and scenarios about the widget and about placing an order are asked for: they decide here as well
_AUTHORIZE, _CREATE_ORDER = "klarna.payments.authorize", "klarna.payments.create_order"
_OF_A_SESSION_ONLY = ("acquiring_channel", "attachment", "design", "intent", "options")
# outcomes of the page that ask nobody -> the status they end in; a shopper who cancels a web shop's page goes back
_STATUSES = {
    "back": state.BACK, "cancelled": state.CANCELLED, "failed": state.FAILED, "error": state.ERROR,
    "expired": state.TIMEOUT,
}  # fmt: skip
# the same for those that only the widget knows
_OF_THE_WIDGET = {"aborted": state.BACK, "rejected": state.FAILED, "not_offered": state.FAILED}


class Act(NamedTuple):
    """What came of what a shopper did."""

    session: Record
    decision: Decision  # the one that counted
    invalid_fields: tuple[str, ...] = ()  # paths that stopped the payment


def enter(world: World, session: Record) -> Record:
    """The shopper opens the page, for the first time or again after a try that led to nothing. Tells status_update.

    Raises NotPossible when the session is over.
    """
    if state.is_over(world, session):
        raise state.NotPossible(f"session {session['id']} expired at {session['expires_at']}")
    if session["status"] == state.IN_PROGRESS:
        return session
    try:
        entered = state.move(world, session["id"], state.IN_PROGRESS, refusal=None)
    except state.NotPossible:
        now = world.store.get(state.KIND, session["id"])
        if now is not None and now["status"] == state.IN_PROGRESS:  # another window was faster
            return now
        raise
    send_status_update(world, entered)
    return entered


def act(world: World, session: Record, decision: Decision, *, category: str = "") -> Act:
    """The shopper pays, is turned down or leaves.

    Without a word about this page the rules for the widget (klarna.payments.authorize) decide, and when the page
    places the order itself those for create_order. Tells status_update of each change. Raises NotPossible when the
    session is over or another payment of it is at work, Misused for a category that the page does not show.
    Source: docs.klarna.com, Hosted Payment Page, tracking session status (read 2026-11-21).
    """
    _check_category(categories_of(world, session), category)
    session = enter(world, session)
    if decision.outcome in _STATUSES:
        return Act(_leave(world, session, _STATUSES[decision.outcome]), decision)
    with state.paying(world, session["id"]):
        return _pay(world, session, decision, category.lower())


def _leave(world: World, session: Record, status: str) -> Record:
    """The page of a web shop cannot be cancelled: its shopper goes back."""
    if status == state.CANCELLED and session["channel"] == state.ECOMMERCE:
        status = state.BACK
    return _told(world, session, status)


def _told(world: World, session: Record, status: str, **changes: Any) -> Record:
    moved = state.move(world, session["id"], status, **changes)
    send_status_update(world, moved)
    return moved


def _pay(world: World, session: Record, of_the_page: Decision, category: str) -> Act:
    decision = of_the_page
    try:
        payment_session = payments.find_open_session(world, session["payment_session_id"])
        decision = _of_the_widget(world, payment_session, of_the_page)
        _require_work(decision)
        answer = shopper.authorize(world, payment_session, decision, data={}, category=category)
    except ApiError as refusal:
        return Act(_refused(world, session, refusal), decision)
    if "error" in answer:
        return Act(session, decision, tuple(answer["error"]["invalid_fields"]))
    token = answer.get("authorization_token")
    if token is None:
        status = _OF_THE_WIDGET[decision.outcome]
        return Act(_told(world, session, status, refusal=_why(decision)), decision)
    if state.mode_of(session) == state.NO_ORDER:
        return Act(_told(world, session, state.COMPLETED, authorization_token=token), decision)
    # who spoke of this page has spoken of its order too
    placed = Decision() if decision is of_the_page else _decided(world, _CREATE_ORDER, payment_session)
    done = _place(world, session, payment_session, token, placed)
    return done._replace(decision=decision) if placed.is_default else done


def _why(decision: Decision) -> str:
    reason = decision.options.get("reason")
    return f"{decision.outcome} ({reason})" if reason else decision.outcome


def _of_the_widget(world: World, payment_session: Record, decision: Decision) -> Decision:
    """What was said of this page, else of the widget that it shows; the page finalizes by itself."""
    if decision.is_default:
        decision = _decided(world, _AUTHORIZE, payment_session)
    if decision.outcome == "finalize_required":
        return replace(decision, outcome=ACCEPTED)
    return decision


def _decided(world: World, operation: str, payment_session: Record) -> Decision:
    view = {"purchase": state.seen_by_rules(world, payment_session["id"]), "body": payment_session["purchase"]}
    return world.decide(operation, lambda path: look_into(view, path.split(".")))


def _require_work(decision: Decision) -> None:
    """Raises ApiError for a rule by which nothing is done: the page gets no answer either."""
    fault = decision.fault
    if decision.error or "status" in fault or fault.get("drop") == "request":
        raise ApiError(f"{decision.decided_by}: {decision.error or dict(fault)}")


def _place(world: World, session: Record, payment_session: Record, token: str, decision: Decision) -> Act:
    """Place the order as the shop would; the order then completes the session, see ``follow_order``."""
    known = payment_session["purchase"]
    purchase = {name: value for name, value in known.items() if name not in _OF_A_SESSION_ONLY}
    purchase["auto_capture"] = state.mode_of(session) == state.CAPTURE_ORDER
    try:
        _require_work(decision)
        authorization = payments.find_authorization(world, token)
        payments.create_order(
            world, authorization, purchase, decision,
            token=token, merchant=session["merchant"], base_url=session["base_url"],
        )  # fmt: skip
    except Misused:  # a rule that makes no sense is the tester's
        raise
    except ApiError as refusal:
        return Act(_refused(world, session, refusal), decision)
    return Act(world.store.get(state.KIND, session["id"]) or session, decision)


def _refused(world: World, session: Record, refusal: ApiError) -> Record:
    """Klarna's no is a failure, anything else an error; both can be tried again."""
    status = state.FAILED if isinstance(refusal, Rejected) else state.ERROR
    return _told(world, session, status, refusal=f"{type(refusal).__name__}: {refusal}")


def categories_of(world: World, session: Record) -> list[tuple[str, str]]:
    """(identifier, name) of the payment methods that the page shows: those that the shop wants, else all."""
    payment_session = world.store.get("sessions", session["payment_session_id"])
    options = session["options"]
    wanted = [options.get("payment_method_category"), *(options.get("payment_method_categories") or ())]
    offered = payment_session["categories"] if payment_session else []
    shown = [(identifier, name) for identifier, name in offered if identifier.upper() in wanted]
    return shown or [(identifier, name) for identifier, name in offered]


def _check_category(shown: list[tuple[str, str]], category: str) -> None:
    known = [identifier for identifier, _ in shown]
    if category and category.lower() not in known:
        raise Misused(f"payment_method_category: {category!r} is not shown on the page; there are: {', '.join(known)}")
