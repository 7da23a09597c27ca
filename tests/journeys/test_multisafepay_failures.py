"""A QA engineer makes things go wrong for a website of MultiSafepay over real HTTP, one scenario after the other."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
import requests

from mock_server.app import create_worlds
from mock_server.core.world import World
from mock_server.settings import Settings
from tests.multisafepay import PERSON, MultiSafepay, order_of
from tests.receiver import Receiver

REFUND = {"currency": "EUR", "amount": 100}
# a request to every door of a website, to an order that was shipped
DOORS: dict[str, tuple[str, str, Any]] = {
    "create_order": ("POST", "/orders", order_of("ON-2")),
    "read_order": ("GET", "/orders/ON-1", None),
    "update_order": ("PATCH", "/orders/ON-1", {"invoice_id": "F-1"}),
    "create_refund": ("POST", "/orders/ON-1/refunds", REFUND),
    "list_gateways": ("GET", "/gateways", None),
    "list_transactions": ("GET", "/transactions", None),
}
OF_ORDERS = ("create_order", "read_order", "update_order", "create_refund")
# scenario -> doors it closes, and what is said there
CLOSED = {
    "bad-credentials": (tuple(DOORS), (401, 1032, "Invalid API key")),
    "merchant-inactive": (tuple(DOORS), (400, 1019, "The site is blocked in your account.")),
    "server-error": (OF_ORDERS, (500, 1000, "Unknown error")),
    "rejected": (("create_order",), (400, 1024, "Transaction refused")),
    "refund-refused": (("create_refund",), (400, 1034, "Cannot refund transaction")),
}
# scenario -> what becomes of an order that the shopper wants to pay
PAID = {
    "declined": "declined/declined",
    "shopper-aborts": "void/void",
    "link-expired": "expired/expired",
    "pending-then-accepted": "uncleared/uncleared",
    "pending-then-rejected": "uncleared/uncleared",
}
DECIDED = {
    "pending-then-accepted": ("completed/uncleared", "ACCEPTED"),
    "pending-then-rejected": ("declined/declined", "REJECTED"),
}
WEBHOOKS = {f"webhook-{what}" for what in ("never-acknowledged", "before-redirect", "twice", "late", "lost")}
OTHERS = {"answer-lost", "flaky", "refund-reserved", "slow-answer"}
BRITISH = {"country": "GB", "zip_code": "SW1A 1AA", "locale": "en_US"}
IN3 = {"country": "NL", "first_name": "Jo", "last_name": "Smit", "house_number": "1"}
# always on: magic shopper -> order, and its state when the shopper wants to pay
SHOPPERS: dict[str, tuple[dict[str, Any], str]] = {
    "magic-denied, e-mail": ({"customer": {**PERSON, "email": "customer+denied@email.nl"}}, "declined/declined"),
    "magic-denied, e-mail with a tag": (
        {"customer": {**PERSON, "email": "customer+nl+denied@klarna.test"}}, "declined/declined",
    ),
    "magic-denied, e-mail of the gateway": (
        {"customer": {"country": "NL"}, "gateway_info": {"email": "customer+denied@email.nl"}}, "declined/declined",
    ),
    "magic-denied, phone": ({"customer": {**PERSON, "phone": "+31632167678"}}, "declined/declined"),
    "magic-testperson-denied": ({"customer": {**PERSON, "last_name": "Denied"}}, "declined/declined"),
    "magic-testperson-denied, approved": ({"customer": {**PERSON, "last_name": "Approved"}}, "completed/uncleared"),
    "magic-in3-declined": (
        {"gateway": "IN3", "gateway_info": {"birthday": "01-01-2000"}, "customer": {**IN3, "zip_code": "1111AB"}},
        "declined/declined",
    ),
    "magic-in3-declined, approved": (
        {"gateway": "IN3", "gateway_info": {"birthday": "01-01-1999"}, "customer": {**IN3, "zip_code": "1234AB"}},
        "completed/uncleared",
    ),
    "magic-riverty-rejected, page": (
        {"gateway": "AFTERPAY", "customer": {**PERSON, "email": "rejection@afterpay.nl"}}, "declined/declined",
    ),
    "magic-pending, elsewhere": (
        {"customer": {**PERSON, "email": "customer+pend-accept-05@email.us"}}, "completed/uncleared",
    ),
}  # fmt: skip


def _with_webhooks(receiver: Receiver, scenario: str, multisafepay: MultiSafepay) -> dict[str, Any]:
    """An order that tells ``receiver``, which acknowledges, under a scenario."""
    receiver.text = "OK"
    multisafepay.choose_scenario(scenario)
    urls = {"notification_url": receiver.url(), "redirect_url": "http://shop.test/thanks"}
    return multisafepay.create(type="direct", payment_options={**urls, "notification_method": "POST"})


@pytest.mark.parametrize("scenario", CLOSED)
@pytest.mark.parametrize("door", DOORS)
def test_a_scenario_closes_its_doors_and_no_others(
    multisafepay_over_http: MultiSafepay, scenario: str, door: str
) -> None:
    doors, refusal = CLOSED[scenario]
    multisafepay_over_http.pay()
    multisafepay_over_http.ship()
    before = multisafepay_over_http.control("GET", "/state/multisafepay_orders").json
    multisafepay_over_http.choose_scenario(scenario)

    answer = multisafepay_over_http.send(*DOORS[door])

    if door in doors:
        body = {"success": False, "data": {}, "error_code": refusal[1], "error_info": refusal[2]}
        assert [refusal[0], body] == [answer.status, answer.json]
        assert before == multisafepay_over_http.control("GET", "/state/multisafepay_orders").json
    else:
        assert [200, True] == [answer.status, answer.json["success"]]


@pytest.mark.parametrize("scenario", CLOSED)
def test_a_scenario_can_be_asked_for_in_a_header_for_one_request(
    multisafepay_over_http: MultiSafepay, scenario: str
) -> None:
    doors, (status, _, _) = CLOSED[scenario]
    multisafepay_over_http.pay()
    multisafepay_over_http.ship()
    method, path, body = DOORS[doors[-1]]

    refused = multisafepay_over_http.send(method, path, body, x_mock_scenario=scenario)
    accepted = multisafepay_over_http.send(method, path, body)

    assert [status, 200] == [refused.status, accepted.status]


@pytest.mark.parametrize("scenario", PAID)
def test_a_scenario_decides_what_becomes_of_a_payment(multisafepay_over_http: MultiSafepay, scenario: str) -> None:
    multisafepay_over_http.choose_scenario(scenario)

    multisafepay_over_http.pay()

    assert PAID[scenario] == multisafepay_over_http.status()


@pytest.mark.parametrize("scenario", PAID)
def test_the_pay_button_leaves_it_to_the_scenario(multisafepay_over_http: MultiSafepay, scenario: str) -> None:
    multisafepay_over_http.choose_scenario(scenario)
    page = multisafepay_over_http.create()["payment_url"]

    with requests.Session() as browser:
        browser.trust_env = False
        browser.post(page, data={"outcome": ""}, timeout=5)

    assert PAID[scenario] == multisafepay_over_http.status()


@pytest.mark.parametrize("scenario", DECIDED)
def test_a_pending_order_is_decided_after_five_minutes(multisafepay_over_http: MultiSafepay, scenario: str) -> None:
    multisafepay_over_http.choose_scenario(scenario)
    multisafepay_over_http.pay()

    early = multisafepay_over_http.advance("4m50s")
    multisafepay_over_http.advance("10s")

    state, fraud_status = DECIDED[scenario]
    assert [] == early
    assert [state, fraud_status] == [
        multisafepay_over_http.status(), multisafepay_over_http.ledger_order()["fraud_status"],
    ]  # fmt: skip


def test_a_flaky_service_fails_twice_and_then_succeeds(multisafepay_over_http: MultiSafepay) -> None:
    multisafepay_over_http.choose_scenario("flaky")

    statuses = [multisafepay_over_http.send("POST", "/orders", order_of()).status for _ in range(4)]

    assert [500, 500, 200, 500] == statuses


def test_a_lost_answer_leaves_an_order(multisafepay_over_http: MultiSafepay) -> None:
    with pytest.raises(requests.ConnectionError):
        multisafepay_over_http.send("POST", "/orders", order_of(), x_mock_scenario="answer-lost")

    assert "initialized/initialized" == multisafepay_over_http.status()


def test_a_lost_answer_leaves_a_refund_that_the_retry_is_told_of(multisafepay_over_http: MultiSafepay) -> None:
    multisafepay_over_http.pay()
    multisafepay_over_http.ship()

    with pytest.raises(requests.ConnectionError):
        multisafepay_over_http.send("POST", "/orders/ON-1/refunds", REFUND, x_mock_scenario="answer-lost")

    retried = multisafepay_over_http.refusal("POST", "/orders/ON-1/refunds", REFUND)
    assert (400, 1034, "Same refund done in short period") == retried
    assert 100 == multisafepay_over_http.ledger_order()["refunded_amount"]


def test_a_lost_answer_leaves_a_capture(multisafepay_over_http: MultiSafepay) -> None:
    multisafepay_over_http.create(type="direct", gateway="VISA", capture="manual")

    with pytest.raises(requests.ConnectionError):
        multisafepay_over_http.send("POST", "/orders/ON-1/capture", {}, x_mock_scenario="answer-lost")

    assert "completed/completed" == multisafepay_over_http.status()


def test_a_slow_answer_is_slow_in_real_time_and_done(world: World) -> None:
    decision = world.decide("multisafepay.orders.create_order", lambda path: None, scenario="slow-answer")

    assert ["accepted", {"delay": "3s"}] == [decision.outcome, decision.fault]


def test_a_reserved_refund_is_paid_at_midnight(multisafepay_over_http: MultiSafepay) -> None:
    multisafepay_over_http.choose_scenario("refund-reserved")
    multisafepay_over_http.pay()
    multisafepay_over_http.ship()
    multisafepay_over_http.refund(amount=100)

    before = multisafepay_over_http.ledger_order()["refunded_amount"]
    multisafepay_over_http.advance("24h")

    assert [0, 100] == [before, multisafepay_over_http.ledger_order()["refunded_amount"]]


def test_a_notification_that_is_never_acknowledged_is_sent_four_times(
    multisafepay_over_http: MultiSafepay, receiver: Receiver
) -> None:
    _with_webhooks(receiver, "webhook-never-acknowledged", multisafepay_over_http)
    multisafepay_over_http.complete()
    receiver.wait_for(1)

    counts = []
    for _ in range(4):
        multisafepay_over_http.advance("15m")
        counts.append(len(receiver.requests))

    (message,) = multisafepay_over_http.webhooks()
    assert [2, 3, 4, 4] == counts
    assert ["failed", 4, 200, "OK"] == [
        message["state"], len(message["attempts"]), *(message["attempts"][-1][key] for key in ("status", "answer")),
    ]  # fmt: skip
    assert "scenario webhook-never-acknowledged, rule 1" in message["why"]


def test_a_notification_comes_before_the_browser_is_sent_back(
    multisafepay_over_http: MultiSafepay, receiver: Receiver
) -> None:
    created = _with_webhooks(receiver, "webhook-before-redirect", multisafepay_over_http)
    is_back, seen = Event(), []
    receiver.on_arrival = lambda: seen.append(is_back.wait(0.2))  # a browser that is sent back meanwhile is noticed

    with requests.Session() as browser:
        browser.trust_env = False
        browser.post(created["payment_url"], data={"outcome": ""}, allow_redirects=False, timeout=5)
    is_back.set()

    assert [False] == seen
    assert ["completed"] == [request.json["status"] for request in receiver.requests]


def test_every_notification_comes_twice(multisafepay_over_http: MultiSafepay, receiver: Receiver) -> None:
    _with_webhooks(receiver, "webhook-twice", multisafepay_over_http)

    multisafepay_over_http.complete()
    multisafepay_over_http.ship()

    states = [request.json["status"] for request in receiver.wait_for(4)]
    assert ["completed", "completed", "shipped", "shipped"] == states


def test_a_late_notification_comes_half_an_hour_later(
    multisafepay_over_http: MultiSafepay, receiver: Receiver
) -> None:
    _with_webhooks(receiver, "webhook-late", multisafepay_over_http)
    multisafepay_over_http.complete()

    multisafepay_over_http.advance("29m")
    early = len(receiver.requests)
    multisafepay_over_http.advance("1m")

    assert [0, "completed"] == [early, receiver.wait_for(1)[0].json["status"]]


def test_a_lost_notification_is_shown_and_can_be_had_by_hand(
    multisafepay_over_http: MultiSafepay, receiver: Receiver
) -> None:
    _with_webhooks(receiver, "webhook-lost", multisafepay_over_http)
    multisafepay_over_http.complete()
    multisafepay_over_http.advance("2h")

    (message,) = multisafepay_over_http.webhooks(state="lost")
    before = len(receiver.requests)
    sent = multisafepay_over_http.control("POST", f"/webhooks/{message['id']}/resend").json

    assert [0, 1, "delivered"] == [before, len(receiver.requests), sent["state"]]


@pytest.mark.parametrize("shopper", SHOPPERS)
def test_test_shoppers_are_always_on(multisafepay_over_http: MultiSafepay, shopper: str) -> None:
    fields, state = SHOPPERS[shopper]

    multisafepay_over_http.pay(**fields)

    assert state == multisafepay_over_http.status()


def test_a_direct_riverty_order_of_the_test_shopper_is_refused(multisafepay_over_http: MultiSafepay) -> None:
    customer = {**PERSON, "email": "rejection@afterpay.nl"}
    order = order_of(type="direct", gateway="AFTERPAY", customer=customer)

    refused = multisafepay_over_http.refusal("POST", "/orders", order)

    assert (400, 1024, "Transaction refused") == refused


@pytest.mark.parametrize(
    ("digit", "state"), [("1", "completed/completed"), ("2", "expired/expired"), ("4", "declined/declined")]
)
def test_a_bank_transfer_of_a_test_account_ends_after_two_minutes(
    multisafepay_over_http: MultiSafepay, digit: str, state: str
) -> None:
    info = {"account_iban": f"NL87ABNA000000000{digit}"}
    multisafepay_over_http.create(type="direct", gateway="BANKTRANS", gateway_info=info)

    multisafepay_over_http.advance("1m50s")
    before = multisafepay_over_http.status()
    multisafepay_over_http.advance("20s")

    assert ["initialized/initialized", state] == [before, multisafepay_over_http.status()]


def test_a_shopper_who_was_faster_is_not_overruled(multisafepay_over_http: MultiSafepay) -> None:
    multisafepay_over_http.add_rule(
        "multisafepay.orders.create_order", {"outcome": "later", "becomes": "declined", "after": "2m"}
    )
    multisafepay_over_http.pay()

    multisafepay_over_http.advance("1h")

    assert "completed/uncleared" == multisafepay_over_http.status()


@pytest.mark.parametrize(
    ("word", "state"), [("accept", "completed/uncleared"), ("reject", "declined/declined")]
)
def test_the_pending_test_shopper_is_decided_after_its_minutes(
    multisafepay_over_http: MultiSafepay, word: str, state: str
) -> None:
    customer = {**PERSON, **BRITISH, "email": f"customer+pend-{word}-07@email.uk"}
    multisafepay_over_http.pay(currency="GBP", customer=customer)

    early = multisafepay_over_http.advance("6m50s")
    before = multisafepay_over_http.status()
    multisafepay_over_http.advance("20s")

    assert [[], "uncleared/uncleared", state] == [early, before, multisafepay_over_http.status()]


@pytest.mark.parametrize(("key", "status"), [("0" * 40, 401), ("f" * 40, 401), ("0" * 39, 404), ("0" * 39 + "1", 404)])
def test_an_api_key_of_one_digit_is_unknown(multisafepay_over_http: MultiSafepay, key: str, status: int) -> None:
    answer = multisafepay_over_http.send("GET", "/orders/nobody", authorization=f"Bearer {key}")

    assert [status, 1032 if status == 401 else 1006] == [answer.status, answer.json["error_code"]]


def test_every_scenario_of_multisafepay_is_tried_here() -> None:
    """A scenario file that nobody asks for is one that nobody knows to work."""
    magic = {name.partition(",")[0] for name in SHOPPERS} | {"magic-invalid-api-key", "magic-bank-transfer"}
    names = {
        scenario.name
        for scenario in create_worlds(Settings()).house.book.every()
        if any(name.startswith("multisafepay.") for rule in scenario.rules for name in rule.operations)
    }

    assert names == set(CLOSED) | set(PAID) | WEBHOOKS | OTHERS | magic
