"""The control API, call by call."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from mock_server.app import create_app
from mock_server.settings import Settings

AUTH = ("PK00001_test", "secret")
PURCHASE: dict[str, Any] = {
    "purchase_country": "SE",
    "purchase_currency": "SEK",
    "order_amount": 1000,
    "order_lines": [{"name": "Mug", "quantity": 1, "unit_price": 1000, "total_amount": 1000}],
    "billing_address": {"given_name": "Alva", "family_name": "Berg", "email": "alva@example.com", "country": "SE"},
}
REJECT = {"when": {"operation": "klarna.payments.create_order"}, "then": {"error": "REJECTED"}}


def _client(settings: Settings) -> Any:
    return create_app(settings).test_client()


@pytest.fixture
def client() -> Any:
    return _client(Settings())


def _session(client: Any, user: str = "PK00001_test") -> str:
    return str(client.post("/payments/v1/sessions", json=PURCHASE, auth=(user, "secret")).json["session_id"])


def _token(client: Any, **body: Any) -> str:
    answer = client.post("/_mock/klarna/authorizations", json={"session_id": _session(client), **body})
    return str(answer.json["authorization_token"])


def _order(client: Any, token: str) -> Any:
    return client.post(f"/payments/v1/authorizations/{token}/order", json=PURCHASE, auth=AUTH)


def test_health_says_version_and_broken_scenarios(client: Any) -> None:
    answer = client.get("/_mock/health")

    assert {"status": "ok", "version": "0.1.0", "worlds": 1, "broken_scenarios": {}} == answer.json


def test_a_new_world_comes_with_credentials_that_live_in_it(client: Any) -> None:
    made = client.post("/_mock/worlds", json={"name": "Blue-7"}).json

    user, password = b64decode(made["klarna"]["authorization"].split()[1]).decode().split(":")
    client.post("/payments/v1/sessions", json=PURCHASE, auth=(user, password))
    assert {"sessions": 1} == {"sessions": client.get("/_mock/state?world=Blue-7").json["sessions"]}
    assert 0 == client.get("/_mock/state").json["sessions"]
    assert {"klarna", "multisafepay", "commercelayer", "next_commerce"} == set(made) - {"world", "scenario"}


def test_worlds_without_a_name_get_different_ones(client: Any) -> None:
    names = {client.post("/_mock/worlds").json["world"] for _ in range(10)}

    assert 10 == len(names)


def test_a_world_can_start_with_a_scenario(client: Any) -> None:
    made = client.post("/_mock/worlds", json={"name": "grim", "scenario": "rejected"}).json

    listed = {world["name"]: world["scenario"] for world in client.get("/_mock/worlds").json}
    assert ["rejected", "rejected", "accepted"] == [made["scenario"], listed["grim"], listed["default"]]


def test_a_deleted_world_is_gone(client: Any) -> None:
    client.post("/_mock/worlds", json={"name": "brief"})

    answer = client.delete("/_mock/worlds/brief")

    assert 204 == answer.status_code
    assert "brief" not in [world["name"] for world in client.get("/_mock/worlds").json]
    assert 404 == client.delete("/_mock/worlds/brief").status_code


def test_reset_empties_one_world_only(client: Any) -> None:
    _session(client)
    _session(client, "PK1_world-other")
    client.post("/_mock/rules", json=REJECT)
    client.post("/_mock/clock", json={"advance": "3d"})

    client.post("/_mock/reset")

    assert 0 == client.get("/_mock/state").json["sessions"]
    assert [] == client.get("/_mock/rules").json
    assert [] == client.get("/_mock/journal").json
    assert 1 == client.get("/_mock/state", headers={"X-Mock-World": "other"}).json["sessions"]


def test_reset_gives_the_same_ids_again(client: Any) -> None:
    first = _session(client)

    client.post("/_mock/reset")

    assert first == _session(client)


def test_a_frozen_clock_stands_still_and_moves_when_told(client: Any) -> None:
    client.post("/_mock/clock", json={"freeze": "2027-01-01T00:00:00Z"})

    moved = client.post("/_mock/clock", json={"advance": "1h30m"}).json

    assert ["2027-01-01T01:30:00.000Z", True] == [moved["now"], moved["frozen"]]
    assert moved["now"] == client.get("/_mock/clock").json["now"]


def test_a_moved_clock_says_what_fired_in_order(client: Any) -> None:
    client.post("/_mock/clock", json={"freeze": "2027-01-01T00:00:00Z"})
    token = _token(client, outcome="pending", decide="accepted", after="5m")
    order_id = _order(client, token).json["order_id"]
    idle = _session(client)
    unused = _token(client)

    moved = client.post("/_mock/clock", json={"advance": "48h"}).json

    told = [(fired["at"], fired["what"]) for fired in moved["fired"]]
    assert [
        ("2027-01-01T00:05:00.000Z", "order.accepted"),
        ("2027-01-01T01:00:00.000Z", "authorization.expired"),
        ("2027-01-03T00:00:00.000Z", "session.expired"),
        ("2027-01-03T00:00:00.000Z", "session.expired"),
    ] == told
    assert [order_id, unused] == [moved["fired"][0]["order_id"], moved["fired"][1]["authorization_token"]]
    assert idle in [fired.get("session_id") for fired in moved["fired"][2:]]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"advance": "61 minutes"}, "61m"),
        ({"advance": 61}, "advance"),
        ({"advnce": "61m"}, "did you mean 'advance'"),
        ({"to": "2001-01-01T00:00:00Z"}, "only moves forward"),
        ({"to": "9999-01-01T00:00:00Z"}, "8999"),
        ({"freeze": "0001-01-01T00:00:00+14:00"}, "ISO 8601"),
        ({"freeze": 3}, "true, false or a time"),
        ({"advance": "99999w"}, "century"),
        ({}, "advance"),
        ([], "object"),
    ],
)
def test_a_clock_call_that_makes_no_sense_says_what_was_expected(client: Any, body: Any, said: str) -> None:
    answer = client.post("/_mock/clock", json=body)

    assert 400 == answer.status_code
    assert said in answer.json["error"]


def test_a_chosen_scenario_decides(client: Any) -> None:
    chosen = client.put("/_mock/scenario", json={"name": "rejected"}).json

    refused = _order(client, _token(client))

    assert ["rejected", 403, "REJECTED"] == [chosen["active"], refused.status_code, refused.json["error_code"]]


def test_an_unknown_scenario_is_answered_with_the_nearest(client: Any) -> None:
    answer = client.put("/_mock/scenario", json={"name": "rejectd"})

    assert 400 == answer.status_code
    assert "did you mean rejected?" in answer.json["error"]


def test_a_rule_decides_so_often_as_it_says(client: Any) -> None:
    client.post("/_mock/rules", json={**REJECT, "times": 2})
    token = _token(client)

    statuses = [_order(client, token).status_code for _ in range(3)]

    assert [403, 403, 200] == statuses
    assert [2] == [rule["used"] for rule in client.get("/_mock/rules").json]


def test_a_rule_can_be_taken_back(client: Any) -> None:
    (rule,) = client.post("/_mock/rules", json=REJECT).json

    client.delete(f"/_mock/rules/{rule['id']}")

    assert 200 == _order(client, _token(client)).status_code
    assert 404 == client.delete(f"/_mock/rules/{rule['id']}").status_code


def test_all_rules_can_be_taken_back(client: Any) -> None:
    client.post("/_mock/rules", json=[REJECT, REJECT])

    client.delete("/_mock/rules")

    assert [] == client.get("/_mock/rules").json


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"when": {"operation": "klarna.payments.create_ordr"}, "then": {}}, "'klarna.payments.create_order'"),
        ({**REJECT, "then": {"outcome": "pendin"}}, "did you mean 'pending'"),
        ({**REJECT, "then": {"error": "REJECTD"}}, "did you mean 'REJECTED'"),
        ({**REJECT, "then": {"fault": {"dely": "1s"}}}, "did you mean 'delay'"),
        ({**REJECT, "then": {"fault": {"delay": "soon"}}}, "no duration"),
        ({**REJECT, "then": {"outcome": "pending", "decide": "maybe"}}, "accepted or rejected"),
        ({**REJECT, "time": 1}, "did you mean 'times'"),
        ({"then": {}}, "when"),
        ([], "expected a rule"),
        ("reject", "expected an object"),
    ],
)
def test_a_faulty_rule_is_refused_with_the_nearest_right_word(client: Any, rule: Any, said: str) -> None:
    answer = client.post("/_mock/rules", json=rule)

    assert 400 == answer.status_code
    assert said in answer.json["error"]
    assert [] == client.get("/_mock/rules").json


def test_the_journal_is_newest_first_and_can_be_filtered(client: Any) -> None:
    _order(client, _token(client))
    _order(client, "unknown")

    refused = client.get("/_mock/journal?operation=klarna.payments.create_order&status=404").json
    everything = client.get("/_mock/journal").json

    assert [404] == [entry["status"] for entry in refused]
    assert sorted((entry["id"] for entry in everything), reverse=True) == [entry["id"] for entry in everything]
    assert 1 == len(client.get("/_mock/journal?limit=1").json)


@pytest.mark.parametrize(("query", "said"), [("statu=1", "status"), ("status=x", "number"), ("limit=-1", "number")])
def test_a_filter_that_makes_no_sense_is_refused(client: Any, query: str, said: str) -> None:
    answer = client.get(f"/_mock/journal?{query}")

    assert 400 == answer.status_code
    assert said in answer.json["error"]


def test_control_calls_are_not_in_the_journal_but_what_the_shopper_does_is(client: Any) -> None:
    _token(client)
    client.get("/_mock/health")

    operations = [entry["operation"] for entry in client.get("/_mock/journal").json]

    assert ["klarna.payments.authorize", "klarna.payments.create_session"] == operations


def test_the_journal_hides_passwords(client: Any) -> None:
    _session(client)

    (entry,) = client.get("/_mock/journal").json

    assert "Basic ***" == entry["request"]["headers"]["Authorization"]


def test_any_ledger_record_can_be_read(client: Any) -> None:
    order_id = _order(client, _token(client)).json["order_id"]

    order = client.get(f"/_mock/state/orders/{order_id}").json

    assert [order] == client.get("/_mock/state/orders").json
    assert ["AUTHORIZED", 1000] == [order["status"], order["remaining_authorized_amount"]]
    assert 404 == client.get("/_mock/state/orders/none").status_code
    assert "did you mean 'orders'" in client.get("/_mock/state/ordrs").json["error"]


def test_an_unknown_control_path_names_the_nearest(client: Any) -> None:
    answer = client.get("/_mock/jornal")

    assert 404 == answer.status_code
    assert "control.api.read_journal: GET /_mock/journal" in answer.json["did_you_mean"]


def test_a_wrong_method_says_which_are_right(client: Any) -> None:
    answer = client.patch("/_mock/clock")

    assert [405, "GET, POST"] == [answer.status_code, answer.headers["Allow"]]
    assert "GET, POST" in answer.json["error"]


def test_operations_tell_what_rules_may_choose(client: Any) -> None:
    choices = client.get("/_mock/operations").json["klarna.payments.create_order"]

    assert {"accepted", "pending", "stopped", "rejected", "any_token"} == set(choices["outcomes"])


def test_a_broken_edit_of_a_users_scenario_is_told_by_health(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("about: Mine.\n", encoding="utf-8")
    client = _client(Settings(scenarios=str(tmp_path)))

    file.write_text("about: Mine.\nruls: []\n", encoding="utf-8")

    broken = client.get("/_mock/health").json["broken_scenarios"]
    assert {"mine": f"{file}:2: ruls: unknown key; did you mean 'rules'?"} == broken


@pytest.mark.parametrize("name", ["a b", "../up", "x" * 65, "", "ä"])
def test_a_name_that_no_world_can_have_is_refused(client: Any, name: str) -> None:
    answer = client.post("/_mock/worlds", json={"name": name})

    assert 400 == answer.status_code
