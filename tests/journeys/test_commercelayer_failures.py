"""A QA engineer makes things go wrong for a shop on Commerce Layer over real HTTP, one scenario after the other."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from mock_server.app import create_worlds
from mock_server.core.world import World
from mock_server.settings import Settings
from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of
from tests.klarna import Answer, Klarna, fine
from tests.receiver import Receiver

ORDER = f"/orders/{SEED_ORDER}"
PLACE = ("PATCH", ORDER, document_of("orders", {"_place": True}, id_=SEED_ORDER))
# kinds of doors, in the order they are tried: to an order that was paid for, one without a payment, one to be placed
DOORS = (
    "list", "read", "read a part", "read the shop", "create", "update", "pay", "delete", "refund a part", "refund",
    "refund an order", "place",
)  # fmt: skip
OF_RECORDS = tuple(door for door in DOORS if door not in ("list", "create", "pay"))
REFUNDS = ("refund a part", "refund", "refund an order")
NOT_FOUND = "The requested resource was {}not found. Please double-check the resource id."
INVALID_TOKEN = (401, "INVALID_TOKEN", "The access token you provided is invalid.")
THROTTLED = (429, "THROTTLED", None)
DECLINED = (422, "PAYMENT_NOT_APPROVED_FOR_EXECUTION", "payment not approved for execution")
# scenario -> doors it closes, and what is said there: status, code, detail
CLOSED: Mapping[str, tuple[tuple[str, ...], tuple[int, str, str | None]]] = {
    "bad-credentials": (DOORS, INVALID_TOKEN),
    "invalid-token": (DOORS, INVALID_TOKEN),
    "server-error": (DOORS, (500, "INTERNAL_SERVER_ERROR", "Internal Server Error")),
    "throttled": (DOORS, THROTTLED),
    "rate-limited": (DOORS, THROTTLED),
    "not-found": (OF_RECORDS, (404, "RECORD_NOT_FOUND", NOT_FOUND.format(""))),
    "not-found-at-edge": (OF_RECORDS, (404, "RECORD_NOT_FOUND", NOT_FOUND.format("not "))),
    "rejected": (("place",), DECLINED),
    "declined-on-place": (("place",), DECLINED),
    "session-expired": (("place",), (422, "VALIDATION_ERROR", "order_data - is expired")),
    "amounts-mismatch": (("place",), (422, "VALIDATION_ERROR", "payment_source - is invalid")),
    "refund-refused": (REFUNDS, (422, "VALIDATION_ERROR", "refund is not possible")),
}
AT_EDGE = ("throttled", "rate-limited", "not-found-at-edge")  # an object in place of a list, its status a number
# scenario -> what a client that asks for a token is told
NO_TOKENS = {
    "bad-credentials": (401, "UNAUTHORIZED"), "server-error": (500, "INTERNAL_SERVER_ERROR"),
    "throttled": (429, "THROTTLED"), "rate-limited": (429, "THROTTLED"),
}  # fmt: skip
DECIDED = {"pending-then-accepted": "ACCEPTED", "pending-then-rejected": "REJECTED"}
ALWAYS_ON = {"magic-unknown-client"}  # nobody asks for it; the clients it refuses are tried last


@pytest.fixture
def shop(commercelayer_over_http: CommerceLayer) -> CommerceLayer:
    """In a world where it is noon until somebody moves the clock."""
    fine(commercelayer_over_http.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"}))
    return commercelayer_over_http


def requests_of(shop: CommerceLayer) -> dict[str, tuple[str, str, Any]]:
    """What opens each door; all is there that is needed."""
    paid, unpaid = shop.new_order(), shop.new_order()
    shop.place(paid)
    shop.pull("_approve", "_capture", order_id=paid)
    capture = shop.listed(f"/orders/{paid}/captures")[0]["id"]
    payment = shop.create("klarna_payments", order=("orders", unpaid))["id"]
    shop.pay()

    def update(type_: str, id_: str, **attributes: Any) -> tuple[str, str, Any]:
        return "PATCH", f"/{type_}/{id_}", document_of(type_, attributes, id_=id_)

    opens = (
        ("GET", "/orders", None), ("GET", ORDER, None), ("GET", f"{ORDER}/customer", None),
        ("GET", "/organization", None), ("POST", "/orders", document_of("orders", {})),
        update("orders", SEED_ORDER, reference="R-1"),
        ("POST", "/klarna_payments", document_of("klarna_payments", relations={"order": ("orders", unpaid)})),
        ("DELETE", f"/klarna_payments/{payment}", None), update("captures", capture, _refund_amount_cents=5),
        update("captures", capture, _refund=True), update("orders", paid, _refund=True), PLACE,
    )  # fmt: skip
    return dict(zip(DOORS, opens, strict=True))


def said(answer: Answer) -> Any:
    """Status, code and detail of a refusal."""
    if answer.status < 400:
        return "open"
    errors = answer.json["errors"]
    error = errors[0] if isinstance(errors, list) else errors
    return answer.status, error["code"], error.get("detail")


@pytest.mark.parametrize("scenario", CLOSED)
def test_a_scenario_closes_its_doors_and_no_others(shop: CommerceLayer, scenario: str) -> None:
    doors, refusal = CLOSED[scenario]
    opens = requests_of(shop)
    shop.choose_scenario(scenario)

    answers = {door: said(shop.send(*request)) for door, request in opens.items()}

    assert {door: refusal if door in doors else "open" for door in DOORS} == answers
    shop.choose_scenario("accepted")
    placed = "pending/unpaid/unfulfilled" if "place" in doors else "placed/authorized/unfulfilled"
    assert placed == shop.status()


@pytest.mark.parametrize("scenario", CLOSED)
def test_a_scenario_can_be_asked_for_in_a_header_for_one_request(shop: CommerceLayer, scenario: str) -> None:
    doors, refusal = CLOSED[scenario]
    request = requests_of(shop)[doors[-1]]

    answers = [said(shop.send(*request, x_mock_scenario=scenario)), said(shop.send(*request))]

    assert [refusal, "open"] == answers


@pytest.mark.parametrize("scenario", CLOSED)
def test_the_edge_sends_an_object_and_the_application_a_list(shop: CommerceLayer, scenario: str) -> None:
    request = requests_of(shop)[CLOSED[scenario][0][-1]]

    answer = shop.send(*request, x_mock_scenario=scenario)

    errors = answer.json["errors"]
    if scenario in AT_EDGE:
        assert [dict, answer.status] == [type(errors), errors["status"]]
        assert answer.headers["Content-Type"].startswith("application/json")
    else:
        assert [list, str(answer.status)] == [type(errors), errors[0]["status"]]
        assert answer.headers["Content-Type"].startswith("application/vnd.api+json")


@pytest.mark.parametrize("scenario", CLOSED)
def test_tokens_are_issued_unless_the_whole_service_is_down(shop: CommerceLayer, scenario: str) -> None:
    shop.choose_scenario(scenario)

    answer = shop.oauth("token", {"grant_type": "client_credentials", "client_id": f"sales_world-{shop.world}"})

    assert NO_TOKENS.get(scenario, "open") == (said(answer)[:2] if answer.status >= 400 else "open")


@pytest.mark.parametrize("scenario", ["declined-on-place", "rejected"])
def test_a_payment_that_was_declined_leaves_a_failed_authorization_and_another_try(
    shop: CommerceLayer, scenario: str
) -> None:
    shop.pay()

    shop.send(*PLACE, x_mock_scenario=scenario)
    declined = shop.transactions()
    shop.pull("_place")

    assert ["authorizations 7750 failed"] == declined
    assert ["authorizations 7750 failed", "authorizations 7750"] == shop.transactions()


@pytest.mark.parametrize("scenario", ["declined-on-place", "session-expired", "pending-then-accepted"])
def test_an_order_that_is_placed_asynchronously_meets_the_scenario_too(shop: CommerceLayer, scenario: str) -> None:
    order = shop.new_order(place_async=True)
    shop.pay(order)
    shop.choose_scenario(scenario)

    shop.pull("_place", order_id=order)
    shop.advance("1s")

    if scenario == "pending-then-accepted":
        assert "PENDING" == shop.ledger_order(order)["fraud_status"]
    else:
        (problem,) = shop.listed(f"/orders/{order}/resource_errors")
        assert ["placing/unpaid/unfulfilled", CLOSED[scenario][1][1]] == [
            shop.status(order), problem["attributes"]["code"],
        ]  # fmt: skip


def test_placed_and_authorized_needs_no_shopper(shop: CommerceLayer) -> None:
    payment = shop.create("klarna_payments", order=("orders", SEED_ORDER))
    refused = said(shop.send(*PLACE))
    shop.choose_scenario("placed-and-authorized")

    order = shop.pull("_place")

    assert (422, "VALIDATION_ERROR", "auth_token - can't be blank") == refused
    assert [None, "placed", "authorized", ["authorizations 7750"]] == [
        payment["attributes"]["auth_token"], order["status"], order["payment_status"], shop.transactions(),
    ]  # fmt: skip


@pytest.mark.parametrize("scenario", DECIDED)
def test_a_pending_order_is_decided_after_five_minutes(shop: CommerceLayer, scenario: str) -> None:
    shop.choose_scenario(scenario)
    shop.place()
    reviews = [_reviews(shop)]

    early = shop.advance("4m50s")
    shop.advance("10s")

    reviews.append(_reviews(shop))
    assert [[], "placed/authorized/unfulfilled"] == [early, shop.status()]
    assert [["PENDING"] * 3, [DECIDED[scenario]] * 3] == reviews


def _reviews(shop: CommerceLayer) -> list[str]:
    """What Klarna thinks of the seeded order, in the three places where it shows."""
    details = shop.read("orders", SEED_ORDER)["payment_source_details"]["payment_method_details"]
    (authorization,) = shop.listed(f"{ORDER}/authorizations")
    review = authorization["attributes"]["fraud_review"]
    return [details["fraud_status"], review, shop.ledger_order()["fraud_status"]]


def test_a_flaky_service_fails_twice_and_then_succeeds(shop: CommerceLayer) -> None:
    shop.pay()
    shop.choose_scenario("flaky")

    statuses = [shop.send(*PLACE).status for _ in range(3)]

    assert [[500, 500, 200], ["authorizations 7750"]] == [statuses, shop.transactions()]


def test_a_lost_answer_leaves_an_order_that_a_retry_finds(shop: CommerceLayer) -> None:
    shop.pay()

    with pytest.raises(requests.ConnectionError):
        shop.send(*PLACE, x_mock_scenario="answer-lost")

    assert "placed/authorized/unfulfilled" == shop.status()
    assert [200, ["authorizations 7750"]] == [shop.send(*PLACE).status, shop.transactions()]


def test_a_slow_answer_is_slow_in_real_time_and_done(world: World) -> None:
    decision = world.decide(
        "commercelayer.orders.update", lambda path: path == "body.data.attributes._place", scenario="slow-answer"
    )

    assert ["accepted", {"delay": "3s"}] == [decision.outcome, decision.fault]


def test_an_outcome_can_be_asked_for_in_a_header(shop: CommerceLayer) -> None:
    shop.pay()

    answers = [said(shop.send(*PLACE, x_mock_outcome=word)) for word in ("expired", "amounts_mismatch", "accepted")]

    assert [CLOSED["session-expired"][1], CLOSED["amounts-mismatch"][1], "open"] == answers


class TestRateLimits:
    def test_ten_seconds_have_a_limit(self, shop: CommerceLayer) -> None:
        shop.choose_scenario("rate-limits")

        answers = [shop.send("GET", ORDER) for _ in range(26)]
        shop.advance("10s")
        later = shop.send("GET", ORDER)

        refused, told = answers[-1], [answers[number].headers["X-Ratelimit-Remaining"] for number in (0, 24)]
        assert [200] * 25 + [429, 200] == [answer.status for answer in (*answers, later)]
        assert [["99", "75"], "0"] == [told, refused.headers["Retry-After"]]
        assert THROTTLED == said(refused)

    def test_a_minute_has_one_too(self, shop: CommerceLayer) -> None:
        shop.choose_scenario("rate-limits")

        statuses = []
        for _ in range(4):
            statuses += [shop.send("GET", ORDER).status for _ in range(25)]
            shop.advance("10s")

        assert [200] * 100 == statuses
        assert 429 == shop.send("GET", ORDER).status

    def test_without_the_scenario_nobody_counts(self, shop: CommerceLayer) -> None:
        answers = [shop.send("GET", ORDER) for _ in range(30)]

        assert {(200, "99")} == {(answer.status, answer.headers["X-Ratelimit-Remaining"]) for answer in answers}

    def test_klarna_counts_by_the_second(self, klarna_over_http: Klarna) -> None:
        klarna_over_http.control("POST", "/clock", {"freeze": "2026-11-20T12:00:00Z"})
        klarna_over_http.choose_scenario("rate-limits")

        statuses = {klarna_over_http.send("GET", "/payments/v1/sessions/none").status for _ in range(60)}

        assert {404, 429} == statuses


@pytest.mark.parametrize("client", ["nobody", "wrong-secret", "unknown-client"])
def test_some_clients_are_always_unknown(shop: CommerceLayer, client: str) -> None:
    answer = shop.oauth("token", {"grant_type": "client_credentials", "client_id": client}, x_mock_world=shop.world)

    (error,) = answer.json["errors"]
    assert (401, "invalid_client", "UNAUTHORIZED", 401) == (
        answer.status, error["title"], error["code"], error["status"],
    )  # fmt: skip


class TestWebhooks:
    def test_one_that_is_never_acknowledged_is_sent_eleven_times(
        self, shop: CommerceLayer, receiver: Receiver
    ) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        shop.choose_scenario("webhook-never-acknowledged")
        shop.create("orders")

        shop.advance("48h")

        (message,) = shop.webhooks()
        assert ["failed", 11, 11] == [message["state"], len(message["attempts"]), len(receiver.requests)]
        assert "scenario webhook-never-acknowledged" in message["why"]
        assert 11 == shop.read("webhooks", hook["id"])["circuit_failure_count"]

    def test_every_one_comes_twice(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        shop.choose_scenario("webhook-twice")
        shop.create("orders")

        first, second = receiver.wait_for(2)

        assert [first.text, first.headers["x-commercelayer-signature"]] == [
            second.text, second.headers["x-commercelayer-signature"],
        ]  # fmt: skip

    def test_a_late_one_comes_half_an_hour_later(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        shop.choose_scenario("webhook-late")
        shop.create("orders")

        shop.advance("29m")
        early = len(receiver.requests)
        shop.advance("1m")

        assert [0, 1] == [early, len(receiver.requests)]

    def test_a_lost_one_is_shown_and_can_be_had_by_hand(self, shop: CommerceLayer, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "orders.create")
        shop.choose_scenario("webhook-lost")
        shop.create("orders")
        shop.advance("48h")

        (message,) = shop.webhooks(state="lost")
        before = len(receiver.requests)
        sent = shop.control("POST", f"/webhooks/{message['id']}/resend").json

        assert [0, 1, "delivered"] == [before, len(receiver.requests), sent["state"]]

    def test_a_circuit_opens_at_once_and_can_be_reset(self, shop: CommerceLayer, receiver: Receiver) -> None:
        hook = shop.listen(receiver.url(), "orders.create")
        shop.choose_scenario("webhook-circuit-open")
        shop.create("orders")
        shop.advance("48h")
        open_ = shop.read("webhooks", hook["id"])

        shop.choose_scenario("accepted")
        shop.update("webhooks", hook["id"], {"_reset_circuit": True})
        shop.create("orders")
        shop.advance("0s")

        assert ("open", 30) == (open_["circuit_state"], open_["circuit_failure_count"])
        assert [("failed", 0), ("delivered", 1)] == [(each["state"], len(each["attempts"])) for each in shop.webhooks()]


def test_every_scenario_of_commerce_layer_is_tried_here() -> None:
    """A scenario file that nobody asks for is one that nobody knows to work."""
    names = {
        scenario.name
        for scenario in create_worlds(Settings()).house.book.every()
        if any(name.startswith("commercelayer.") for rule in scenario.rules for name in rule.operations)
        or any(name.startswith("commercelayer_") for name in scenario.settings)
    }

    chosen = re.findall(r'(?:choose_scenario\(|scenario=)"([\w-]+)"', Path(__file__).read_text(encoding="utf-8"))
    assert names == {*CLOSED, *DECIDED, *ALWAYS_ON, *chosen} - {"accepted"}
