from __future__ import annotations

import re
from typing import Any

import pytest

from .conftest import Klarna, klarna_with
from .hosted import URLS, Host
from .refusals import assert_refused

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
HPP = "klarna.hosted_payment_page"


@pytest.fixture
def host(klarna: Klarna) -> Host:
    return Host(klarna)


class TestCreateSession:
    def test_a_session_is_created(self, host: Host) -> None:
        answer = host.ask(host.klarna.session_id())

        body = answer.get_json()
        session_id = body["session_id"]
        assert [201, "application/json;charset=utf-8"] == [answer.status_code, answer.headers["Content-Type"]]
        assert re.fullmatch(UUID, session_id)
        assert re.fullmatch(r"http://localhost/eu/hpp/payments/[A-Za-z0-9]{7}", body["redirect_url"])
        own = f"http://localhost/hpp/v1/sessions/{session_id}"
        assert [own, f"{own}/distribution", f"{own}/manual-id-check", "2026-11-22T11:00:00.000Z"] == [
            body[name]
            for name in ("session_url", "distribution_url", "manual_identification_check_url", "expires_at")
        ]
        assert f"http://localhost/eu/hpp/payments/{session_id}/qr" == body["qr_code_url"]
        assert ["token", "standalone_url", "generation_url"] == list(body["distribution_module"])

    def test_a_body_without_a_payment_session_is_refused(self, host: Host) -> None:
        answer = host.klarna.call("POST", "/hpp/v1/sessions", {})

        assert_refused(answer, 400, "BAD_VALUE", ["Bad value: payment_session_url"])

    def test_an_expired_payment_session_is_refused_and_explained(self, host: Host) -> None:
        session_id = host.klarna.session_id()
        host.klarna.call("POST", "/_mock/clock", {"advance": "48h"})

        answer = host.ask(session_id)

        assert_refused(answer, 404, "NOT_FOUND", ["Invalid session id"])
        assert "expired at 2026-11-22T12:00:00.000Z" in host.klarna.explanation(answer)["because"]

    def test_a_rule_sees_what_is_bought(self, host: Host) -> None:
        rule = {
            "when": {"operation": f"{HPP}.create_session", "match": {"purchase.country": "SE"}},
            "then": {"error": "MerchantInactive"},
        }
        host.klarna.call("POST", "/_mock/rules", rule)

        assert_refused(host.ask(host.klarna.session_id()), 403, "MERCHANT_INACTIVE", [])
        assert_refused(host.ask("nobody"), 404, "NOT_FOUND", ["Invalid session id"])
        assert_refused(
            host.klarna.call("POST", "/hpp/v1/sessions", {"payment_session_url": 1}), 400, "BAD_VALUE",
            ["Bad value: payment_session_url"],
        )  # fmt: skip

    def test_it_counts_as_a_session_for_the_rate_limit(self) -> None:
        klarna = klarna_with(klarna_rate_limits="on")

        answers = [klarna.call("POST", "/hpp/v1/sessions", {}) for _ in range(6)]

        assert [400] * 5 + [429] == [answer.status_code for answer in answers]


class TestReadSession:
    def test_a_new_session_waits(self, host: Host) -> None:
        created = host.create()

        answer = host.read(created["session_id"])

        expected = {
            "session_id": created["session_id"],
            "status": "WAITING",
            "updated_at": "2026-11-20T12:00:00.000Z",
            "expires_at": "2026-11-22T11:00:00.000Z",
        }
        assert [200, list(expected.items())] == [answer.status_code, list(answer.get_json().items())]

    def test_a_rule_sees_what_is_bought(self, host: Host) -> None:
        rule = {
            "when": {"operation": f"{HPP}.read_session", "match": {"purchase.order_amount": 25000}},
            "then": {"error": "PermissionDenied"},
        }
        host.klarna.call("POST", "/_mock/rules", rule)

        assert_refused(host.read(host.create()["session_id"]), 403, "PERMISSION_DENIED", [])
        assert_refused(host.read("nobody"), 404, "NOT_FOUND", ["Invalid session id"])

    def test_an_unknown_session_is_refused(self, host: Host) -> None:
        assert_refused(host.read("nobody"), 404, "NOT_FOUND", ["Invalid session id"])

    def test_by_a_scenario_every_session_is_expired(self, host: Host) -> None:
        created = host.create()
        host.klarna.call("PUT", "/_mock/scenario", {"name": "session-expired"})

        assert_refused(host.read(created["session_id"]), 404, "NOT_FOUND", ["Invalid session id"])


class TestDeleteSession:
    def test_a_session_is_disabled(self, host: Host) -> None:
        created = host.create()

        answer = host.delete(created["session_id"])

        assert [204, b"", "DISABLED"] == [answer.status_code, answer.data, host.status(created["session_id"])]

    def test_a_completed_session_is_refused(self, host: Host) -> None:
        created = host.create()
        host.complete(created["session_id"])

        answer = host.delete(created["session_id"])

        assert_refused(answer, 400, "BAD_REQUEST", ["Session has already been completed"])
        assert "it cannot become DISABLED" in host.klarna.explanation(answer)["because"]


class TestDistributeSession:
    @pytest.mark.parametrize(
        ("method", "contact"),
        [
            ("sms", {"phone": "07000212345", "phone_country": "SE"}),
            ("email", {"email": "test@example.com"}),
            ("token", {"access_id": "klarna:09f4a78d-d096-47d4-a0f6-abcf680c70fe"}),
        ],
    )
    def test_a_distribution_is_shown_in_the_state(self, host: Host, method: str, contact: dict[str, str]) -> None:
        created = host.create()

        answer = host.distribute(created["session_id"], method, **contact)

        shown = host.klarna.call("GET", f"/_mock/state/hpp_sessions/{created['session_id']}").get_json()
        (distribution,) = shown["distributions"]
        assert [204, b""] == [answer.status_code, answer.data]
        assert [method, contact, created["redirect_url"]] == [
            distribution[name] for name in ("method", "contact_information", "url")
        ]

    def test_nobody_to_send_it_to_is_refused(self, host: Host) -> None:
        answer = host.distribute(host.create()["session_id"], "email", phone="07000212345")

        assert_refused(answer, 400, "BAD_VALUE", ["Bad value: contact_information.email"])

    @pytest.mark.parametrize(
        ("error", "status", "code", "message"),
        [
            ("AccessTokenNotFound", 404, "NOT_FOUND", "Access token not found"),
            ("DistributionFailed", 503, "INTERNAL_SERVER_ERROR", "Internal error"),
        ],
    )
    def test_what_never_happens_by_itself_happens_by_a_rule(
        self, host: Host, error: str, status: int, code: str, message: str
    ) -> None:
        rule = {"when": {"operation": f"{HPP}.distribute_session"}, "then": {"error": error}}
        host.klarna.call("POST", "/_mock/rules", rule)

        answer = host.distribute(host.create()["session_id"], "token", access_id="1")

        assert_refused(answer, status, code, [message])


@pytest.mark.parametrize("what", ["manual-id-check", "distribution-module/token"])
def test_what_is_not_emulated_says_so(host: Host, what: str) -> None:
    created = host.create()

    answer = host.klarna.call("POST", f"/hpp/v1/sessions/{created['session_id']}/{what}")
    unknown = host.klarna.call("POST", f"/hpp/v1/sessions/nobody/{what}")

    assert [501, "NOT_EMULATED", 404] == [answer.status_code, answer.get_json()["error_code"], unknown.status_code]
    assert "is not emulated" in host.klarna.explanation(answer)["because"]


class TestComplete:
    @pytest.mark.parametrize(
        ("asked", "status", "where"),
        [
            ({}, "COMPLETED", "success"),
            ({"outcome": "accepted", "payment_method_category": "pay_now"}, "COMPLETED", "success"),
            ({"outcome": "pending", "decide": "rejected", "after": "5m"}, "COMPLETED", "success"),
            ({"outcome": "rejected", "reason": "HIGH_RISK"}, "FAILED", "failure"),
            ({"outcome": "failed"}, "FAILED", "failure"),
            ({"outcome": "error"}, "ERROR", "error"),
            ({"outcome": "back"}, "BACK", "back"),
            ({"outcome": "cancelled"}, "BACK", "back"),
        ],
    )
    def test_the_shopper_does_as_told(self, host: Host, asked: dict[str, Any], status: str, where: str) -> None:
        created = host.create()

        answer = host.complete(created["session_id"], **asked)

        told = answer.get_json()
        assert [200, status] == [answer.status_code, told["status"]]
        assert told.pop("return_url").startswith(URLS[where].partition("?")[0])
        assert told == host.read(created["session_id"]).get_json()

    def test_fields_that_stop_the_payment_are_told(self, host: Host) -> None:
        created = host.create()

        told = host.complete(created["session_id"], outcome="invalid_fields", fields=["customer.title"]).get_json()

        assert ["IN_PROGRESS", "", ["customer.title"]] == [
            told[name] for name in ("status", "return_url", "invalid_fields")
        ]

    def test_who_decided_is_in_the_journal(self, host: Host) -> None:
        created = host.create(purchase={"billing_address": {"email": "a+denied@klarna.com", "country": "SE"}})

        answer = host.complete(created["session_id"])

        entry = host.klarna.call("GET", answer.headers["X-Mock-Explain"]).get_json()
        assert ["scenario magic-denied, rule 1", "rejected"] == [entry["decided_by"], entry["outcome"]]

    def test_one_that_is_over_is_a_conflict(self, host: Host) -> None:
        created = host.create()
        host.complete(created["session_id"])

        answer = host.complete(created["session_id"])

        assert [409, "IMPOSSIBLE"] == [answer.status_code, answer.get_json()["code"]]
        assert "is COMPLETED" in answer.get_json()["error"]

    def test_an_unknown_one_is_not_found(self, host: Host) -> None:
        answer = host.complete("nobody")

        assert [404, "NOT_FOUND"] == [answer.status_code, answer.get_json()["code"]]
        assert "no hosted session nobody in world default" in answer.get_json()["error"]

    @pytest.mark.parametrize(
        ("asked", "error"),
        [
            ({"outcome": "approved"}, "outcome: 'approved' is none of accepted, pending, rejected"),
            ({"outcome": "back", "reason": "x"}, "reason: no option of outcome back"),
            ({"payment_method_category": "cash"}, "'cash' is not shown on the page"),
        ],
    )
    def test_wrong_use_is_told_and_changes_nothing(self, host: Host, asked: dict[str, Any], error: str) -> None:
        created = host.create()

        answer = host.complete(created["session_id"], **asked)

        assert [400, "WAITING"] == [answer.status_code, host.status(created["session_id"])]
        assert error in answer.get_json()["error"]

    def test_by_a_scenario_the_shopper_comes_too_late(self, host: Host) -> None:
        created = host.create()
        host.klarna.call("PUT", "/_mock/scenario", {"name": "link-expired"})

        told = host.complete(created["session_id"]).get_json()

        assert "TIMEOUT" == told["status"]
        assert 404 == host.read(created["session_id"]).status_code
