from __future__ import annotations

import json
from dataclasses import replace

import pytest
from flask import Flask

from mock_server.app import create_worlds
from mock_server.providers import klarna
from mock_server.settings import Settings
from mock_server.web.routing import Faces
from tests.multisafepay import order_of

from .conftest import PURCHASE, SESSIONS, Client


class TestJournal:
    def test_every_request_is_journaled_newest_first(self, client: Client) -> None:
        session_id = client.call("POST", SESSIONS, PURCHASE).get_json()["session_id"]
        client.call("GET", f"{SESSIONS}/{session_id}")
        client.call("GET", f"{SESSIONS}/nobody")

        asked = [(entry["operation"], entry["status"]) for entry in client.journal()]

        read, create = "klarna.payments.read_session", "klarna.payments.create_session"
        assert [(read, 404), (read, 200), (create, 200)] == asked

    def test_an_entry_holds_what_was_asked_and_answered(self, client: Client) -> None:
        answer = client.call("POST", f"{SESSIONS}?trace=1", PURCHASE)

        entry = client.explained(answer)

        assert ("klarna", "POST", SESSIONS, {"trace": "1"}, 200, "default", "accepted") == tuple(
            entry[name] for name in ("provider", "method", "path", "query", "status", "decided_by", "outcome")
        )
        assert PURCHASE == entry["request"]["body"]
        assert answer.get_json() == entry["response"]["body"]
        assert "explanation" not in entry

    def test_credentials_are_masked(self, client: Client) -> None:
        entry = client.explained(client.call("POST", SESSIONS, PURCHASE))

        assert "Basic ***" == entry["request"]["headers"]["Authorization"]

    @pytest.mark.parametrize("padding", [0, 63_700, 63_760, 70_000])
    def test_secrets_of_a_face_are_hidden_in_what_was_asked_and_answered(self, padding: int) -> None:
        """Also around the place where a long body is cut."""
        secretive = replace(klarna.PROVIDER, secrets=("merchant_data",), told_secrets=("client_token",))
        app, worlds = Flask(__name__), create_worlds(Settings())
        Faces(worlds, [secretive], lambda: klarna.PROVIDER).mount(app)
        data = " " * padding + json.dumps(PURCHASE | {"merchant_data": "SECRET" * 20})

        answer = Client(app).call("POST", SESSIONS, data=data)

        (entry,) = worlds.get("default").journal.newest({})
        asked, told = (entry[part]["body"] for part in ("request", "response"))
        assert [200, False, False] == [answer.status_code, "SECRET" in asked, answer.get_json()["client_token"] in told]
        assert answer.get_json()["session_id"] in told
        assert padding > 60_000 or '"merchant_data": "***"' in asked

    def test_a_request_without_credentials_is_journaled_with_its_body(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE, headers={"Authorization": ""})

        entry = client.explained(answer)

        assert (401, PURCHASE) == (entry["status"], entry["request"]["body"])
        assert "an Authorization header with Basic credentials is expected" in entry["explanation"]["messages"]

    def test_control_calls_are_not_journaled(self, client: Client) -> None:
        client.call("GET", "/_mock/clock")

        assert [] == client.journal()

    def test_the_shoppers_act_is_journaled_although_it_is_a_control_call(self, client: Client) -> None:
        session_id = client.call("POST", SESSIONS, PURCHASE).get_json()["session_id"]
        client.call("POST", "/_mock/klarna/authorizations", {"session_id": session_id})

        newest = client.journal()[0]

        assert ("klarna", "klarna.payments.authorize") == (newest["provider"], newest["operation"])

    def test_the_explaining_url_outside_the_default_world_names_its_world(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE, headers={"X-Mock-World": "blue"})

        assert "/_mock/journal/1?world=blue" == answer.headers["X-Mock-Explain"]
        assert 200 == client.explained(answer)["status"]


class TestDecisions:
    def test_a_rule_decides_and_is_named(self, client: Client) -> None:
        client.add_rule("create_session", error="MERCHANT_INACTIVE")

        entry = client.explained(client.call("POST", SESSIONS, PURCHASE))

        assert (403, "rule 1", "MerchantInactive") == (
            entry["status"], entry["decided_by"], entry["explanation"]["error"],
        )  # fmt: skip

    def test_a_canned_error_comes_after_credentials_and_before_the_body(self, client: Client) -> None:
        client.add_rule("create_session", error="MERCHANT_INACTIVE")

        assert 401 == client.call("POST", SESSIONS, {}, headers={"Authorization": ""}).status_code
        assert 403 == client.call("POST", SESSIONS, {}).status_code

    def test_an_unknown_scenario_is_told_with_the_nearest_name(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE, headers={"X-Mock-Scenario": "acepted"})

        assert (400, "MISUSED") == (answer.status_code, answer.get_json()["code"])
        assert answer.get_json()["error"].startswith("no scenario 'acepted'; did you mean accepted?")
        assert [] == list(client.app.extensions["worlds"].get("default").store.all("sessions"))

    def test_an_unknown_outcome_is_told_with_those_there_are(self, client: Client) -> None:
        answer = client.call(
            "POST", "/payments/v1/authorizations/t/order", PURCHASE, headers={"X-Mock-Outcome": "denied"}
        )

        assert 400 == answer.status_code
        expected = (
            "X-Mock-Outcome: 'denied' is no outcome of klarna.payments.create_order; expected: accepted, pending,"
            " stopped, rejected, any_token"
        )
        assert expected == answer.get_json()["error"]

    def test_a_misused_header_is_journaled(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE, headers={"X-Mock-Outcome": "denied"})

        assert (400, "Misused") == (
            client.explained(answer)["status"], client.explained(answer)["explanation"]["error"],
        )  # fmt: skip

    @pytest.mark.parametrize("name", ["no world", "a.b", "x" * 65])
    def test_a_world_of_an_impossible_name_is_refused(self, client: Client, name: str) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE, headers={"X-Mock-World": name})

        assert 400 == answer.status_code
        assert "is no name of a world" in answer.get_json()["error"]

    def test_the_header_names_the_world_before_the_credential(self, client: Client) -> None:
        client.call("POST", SESSIONS, PURCHASE, headers={"X-Mock-World": "blue"})

        worlds = client.app.extensions["worlds"]
        assert (1, 0) == tuple(len(list(worlds.get(name).store.all("sessions"))) for name in ("blue", "default"))


class TestWorldsInQueries:
    """Links that people follow name their world; a vendor's API has no such parameter."""

    @pytest.mark.parametrize("world", ["blue", "a b", "..", "x" * 65, ""])
    @pytest.mark.parametrize(("path", "headers"), [(SESSIONS, {}), ("/v1/json/gateways", {"api_key": "key"})])
    def test_an_api_call_passes_it_over(
        self, client: Client, path: str, headers: dict[str, str], world: str
    ) -> None:
        is_klarnas = path == SESSIONS

        answer = client.call(
            "POST" if is_klarnas else "GET", path, PURCHASE if is_klarnas else None, headers=headers,
            query_string={"world": world},
        )  # fmt: skip

        assert 200 == answer.status_code
        assert ["default"] == client.app.extensions["worlds"].names()

    def test_control_calls_and_the_shoppers_act_look_at_it(self, client: Client) -> None:
        created = client.call("POST", SESSIONS, PURCHASE, headers={"X-Mock-World": "blue"}).get_json()
        asked = {"session_id": created["session_id"]}

        acted = client.call("POST", "/_mock/klarna/authorizations?world=blue", asked)
        shown = client.call("GET", "/_mock/state/sessions?world=blue").get_json()

        assert (200, [created["session_id"]]) == (acted.status_code, [record["id"] for record in shown])

    def test_a_page_looks_at_it(self, client: Client) -> None:
        key = {"api_key": "_world-blue".rjust(40, "0")}
        created = client.call("POST", "/v1/json/orders", order_of(), headers=key).get_json()["data"]
        page = f"/connect/{created['session_id']}/"

        statuses = [client.call("GET", f"{page}{query}").status_code for query in ("?world=blue", "?world=red", "")]

        assert [200, 404, 404] == statuses

    @pytest.mark.parametrize("path", ["/connect/1/", "/_mock/journal", "/_mock/clock"])
    def test_one_of_an_impossible_name_is_refused_there(self, client: Client, path: str) -> None:
        answer = client.call("GET", path, query_string={"world": "a b"})

        assert (400, "MISUSED") == (answer.status_code, answer.get_json()["code"])


class TestFaults:
    def test_a_status_is_sent_instead_of_the_work(self, client: Client) -> None:
        client.add_rule("create_session", fault={"status": 503})

        answer = client.call("POST", SESSIONS, PURCHASE)

        assert (503, b"") == (answer.status_code, answer.data)
        assert [] == list(client.app.extensions["worlds"].get("default").store.all("sessions"))

    def test_a_fault_is_journaled_with_the_answer_that_was_lost(self, client: Client) -> None:
        client.add_rule("create_session", fault={"drop": "answer"})

        client.call("POST", SESSIONS, PURCHASE)

        (entry,) = client.journal()
        assert ({"drop": "answer"}, 200) == (entry["fault"], entry["status"])
        assert "session_id" in entry["response"]["body"]

    def test_a_lost_request_does_no_work(self, client: Client) -> None:
        client.add_rule("create_session", fault={"drop": "request"})

        client.call("POST", SESSIONS, PURCHASE)

        assert [] == list(client.app.extensions["worlds"].get("default").store.all("sessions"))


class TestFailures:
    def test_a_failure_is_logged_answered_and_journaled(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def fail(*_: object, **__: object) -> None:
            raise RuntimeError("planted")

        monkeypatch.setattr("mock_server.ledger.sessions.open_session", fail)

        answer = client.call("POST", SESSIONS, PURCHASE)

        assert (500, "INTERNAL_SERVER_ERROR") == (answer.status_code, answer.get_json()["error_code"])
        assert "planted" == client.explained(answer)["explanation"]["because"]
        assert "RuntimeError: planted" in caplog.text
        assert "planted" not in answer.text

    @pytest.mark.parametrize("data", [b"\xff\xfe", b"[" * 100_000, b'"\\ud800"', b"1" * 5000])
    def test_a_body_no_parser_likes_is_malformed(self, client: Client, data: bytes) -> None:
        answer = client.call("POST", SESSIONS, data=data)

        assert (400, "BAD_REQUEST") == (answer.status_code, answer.get_json()["error_code"])

    def test_half_a_surrogate_in_a_value_is_no_failure(self, client: Client) -> None:
        answer = client.call("POST", SESSIONS, PURCHASE | {"merchant_reference1": "\ud800"})

        assert 200 == answer.status_code
        session_id = answer.get_json()["session_id"]
        assert 200 == client.call("GET", f"{SESSIONS}/{session_id}").status_code
