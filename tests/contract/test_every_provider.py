"""What every operation of every provider must do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mock_server.app import PROVIDERS, create_app
from mock_server.web.operations import Operation, Provider

ROOT = Path(__file__).parents[2]
OPERATIONS = [(provider, op) for provider in PROVIDERS for op in provider.operations]
CONTROLS = [(provider, op) for provider in PROVIDERS for op in provider.controls]
MERCHANTS = [(provider, op) for provider, op in OPERATIONS if not op.public]


def _id(value: Any) -> str:
    return str(value.__name__ if isinstance(value, type) else getattr(value, "name", value))


@pytest.fixture
def client() -> Any:
    return create_app().test_client()


def _ask(client: Any, operation: Operation, headers: dict[str, str] | None = None) -> Any:
    """The operation with made-up path arguments and an empty JSON body."""
    path = operation.path.replace("<any(eu, na, oc):region>", "eu")
    while "<" in path:
        path = path[: path.index("<")] + "made-up" + path[path.index(">") + 1 :]
    return client.open(path, method=operation.method, json={}, headers=headers)


def _merchant(provider: Provider) -> dict[str, str]:
    """The headers of a merchant in the default world."""
    told = provider.credentials("default", "http://localhost")
    return {"Authorization": told["authorization"], "X-Mock-World": "default"}


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS + CONTROLS, ids=_id)
def test_an_operation_links_to_the_documents_it_follows(provider: Provider, operation: Operation) -> None:
    assert operation.docs.startswith("https://")


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS + CONTROLS, ids=_id)
def test_an_operation_is_called_provider_api_function(provider: Provider, operation: Operation) -> None:
    parts = operation.name.split(".")

    assert [provider.name, operation.view.__name__] == [parts[0], parts[-1]]
    assert 3 == len(parts)


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=_id)
def test_an_operation_has_a_fixture_with_source_and_date(provider: Provider, operation: Operation) -> None:
    name = operation.name.removeprefix(f"{provider.name}.")

    fixture = json.loads((ROOT / "fixtures" / provider.name / f"{name}.json").read_text(encoding="utf-8"))

    assert operation.name == fixture["operation"]
    assert fixture["source"] and fixture["seen"]


@pytest.mark.parametrize(("provider", "operation"), OPERATIONS, ids=_id)
def test_a_rule_gets_every_declared_error(client: Any, provider: Provider, operation: Operation) -> None:
    names = [error.__name__ for error in operation.errors]
    client.post("/_mock/rules", json={"when": {"operation": operation.name}, "then": [{"error": n} for n in names]})

    answers = [_ask(client, operation, _merchant(provider)) for _ in names]

    entries = [client.get(answer.headers["X-Mock-Explain"]).json for answer in answers]
    assert [error.status for error in operation.errors] == [answer.status_code for answer in answers]
    assert names == [entry["explanation"]["error"] for entry in entries]
    assert {"rule 1"} == {entry["decided_by"] for entry in entries}


@pytest.mark.parametrize(("provider", "operation"), MERCHANTS, ids=_id)
def test_nobody_is_served_without_credentials(client: Any, provider: Provider, operation: Operation) -> None:
    answer = _ask(client, operation)

    assert 401 == answer.status_code


@pytest.mark.parametrize(("provider", "operation"), MERCHANTS, ids=_id)
def test_a_refused_request_leaves_no_trace_but_the_journal(
    client: Any, provider: Provider, operation: Operation
) -> None:
    before = client.get("/_mock/state").json

    answer = _ask(client, operation, _merchant(provider))

    assert 400 <= answer.status_code < 500 or operation.method == "GET"
    assert before == client.get("/_mock/state").json


@pytest.mark.parametrize("provider", PROVIDERS, ids=_id)
def test_an_unknown_path_is_refused_in_the_providers_shape(client: Any, provider: Provider) -> None:
    answer = client.get(f"{provider.prefixes[0].rstrip('/')}/no/such/path", headers=_merchant(provider))

    entry = client.get(answer.headers["X-Mock-Explain"]).json
    assert [404, provider.name, None] == [answer.status_code, entry["provider"], entry["operation"]]


@pytest.mark.parametrize("provider", PROVIDERS, ids=_id)
def test_what_is_not_emulated_says_so(client: Any, provider: Provider) -> None:
    for prefix, what in provider.not_emulated.items():
        answer = client.get(f"{prefix.rstrip('/')}/anything", headers=_merchant(provider))

        entry = client.get(answer.headers["X-Mock-Explain"]).json
        assert 501 == answer.status_code
        assert what in entry["explanation"]["because"]
