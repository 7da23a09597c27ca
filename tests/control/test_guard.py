"""Who may steer the server."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.app import create_app
from mock_server.settings import Settings


@pytest.fixture
def client() -> Any:
    return create_app().test_client()


@pytest.fixture
def guarded() -> Any:
    return create_app(Settings(control_token="open sesame")).test_client()


def _from(address: str, **headers: str) -> dict[str, Any]:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"environ_base": {"REMOTE_ADDR": address}, "headers": names}


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_loopback_is_answered(client: Any, address: str) -> None:
    answer = client.get("/_mock/health", **_from(address))

    assert 200 == answer.status_code


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.4", "203.0.113.9", "::2", "nonsense", ""])
def test_others_are_told_what_would_let_them_in(client: Any, address: str) -> None:
    answer = client.get("/_mock/health", **_from(address))

    assert 403 == answer.status_code
    assert "--control-token" in answer.json["error"]


def test_the_token_lets_others_in(guarded: Any) -> None:
    answer = guarded.get("/_mock/health", **_from("10.0.0.7", X_Mock_Control_Token="open sesame"))

    assert 200 == answer.status_code


def test_the_token_may_come_as_bearer(guarded: Any) -> None:
    answer = guarded.get("/_mock/health", **_from("10.0.0.7", Authorization="Bearer open sesame"))

    assert 200 == answer.status_code


@pytest.mark.parametrize("address", ["10.0.0.7", "127.0.0.1"])
def test_a_wrong_token_is_refused_wherever_it_comes_from(guarded: Any, address: str) -> None:
    answer = guarded.get("/_mock/health", **_from(address, X_Mock_Control_Token="open barley"))

    assert 403 == answer.status_code


def test_a_token_is_worth_nothing_on_a_server_that_has_none(client: Any) -> None:
    answer = client.get("/_mock/health", **_from("10.0.0.7", X_Mock_Control_Token="anything"))

    assert 403 == answer.status_code


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:3000", "https://localhost", "http://[::1", ""]
)
def test_a_page_of_another_site_is_refused(client: Any, origin: str) -> None:
    answer = client.post("/_mock/reset", headers={"Origin": origin})

    assert 403 == answer.status_code


def test_a_page_of_this_server_is_answered(client: Any) -> None:
    answer = client.get("/_mock/health", headers={"Origin": "http://localhost", "Host": "localhost"})

    assert 200 == answer.status_code


def test_a_name_that_was_rebound_to_loopback_is_no_page_of_this_server(client: Any) -> None:
    headers = {"Origin": "http://evil.example:8080", "Host": "evil.example:8080"}

    answer = client.post("/_mock/reset", headers=headers)

    assert 403 == answer.status_code


def test_the_shoppers_control_call_is_guarded_too(client: Any) -> None:
    answer = client.post("/_mock/klarna/authorizations", json={"session_id": "x"}, **_from("10.0.0.7"))

    assert 403 == answer.status_code


def test_a_control_answer_gives_no_other_site_leave_to_read_it(client: Any) -> None:
    answer = client.get("/_mock/health", headers={"Origin": "http://evil.example"})

    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_preflight_of_another_site_is_refused(client: Any) -> None:
    answer = client.open("/_mock/reset", method="OPTIONS", headers={"Origin": "http://evil.example"})

    assert 403 == answer.status_code
