"""What nobody is shown afterwards: secrets in the journal, in /_mock/state and in the log of changes."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from mock_server.providers.commercelayer.resources import RESOURCES
from tests.commercelayer import CommerceLayer, document_of
from tests.klarna import fine

HOOK = {"topic": "orders.place", "callback_url": "http://127.0.0.1:9/hook"}
GATEWAY = {"name": "Gateway", "country_code": "EU", "api_key": "KEY-of-klarna", "api_secret": "SECRET-of-klarna"}


@pytest.fixture
def http(app: Any) -> FlaskClient:
    client: FlaskClient = app.test_client()
    return client


def _journal(shop: CommerceLayer) -> str:
    return shop.control("GET", "/journal?limit=100").text


def _states(shop: CommerceLayer) -> str:
    texts = [shop.control("GET", f"/state/commercelayer_{type_}").text for type_ in RESOURCES]
    assert len(texts) > 20
    return "".join(texts)


@pytest.mark.parametrize("how", ["json", "form"])
@pytest.mark.parametrize("path", ["token", "revoke"])
def test_the_journal_hides_what_a_client_told_of_itself(
    commercelayer: CommerceLayer, http: FlaskClient, how: str, path: str
) -> None:
    told = {
        "grant_type": "password", "client_id": "sales_world-test", "client_secret": "SECRET-of-client",
        "username": "ann@shop.test", "password": "SECRET&of ann", "refresh_token": "SECRET-old",
        "assertion": "SECRET-said",
    }  # fmt: skip

    body: dict[str, Any] = {"json": told} if how == "json" else {"data": told}
    http.post(f"/oauth/{path}", **body)

    text = _journal(commercelayer)
    assert "sales_world-test" in text and "ann" in text
    assert "SECRET" not in text


def test_a_form_that_begins_with_its_secret_hides_it_too(commercelayer: CommerceLayer, http: FlaskClient) -> None:
    form = urlencode({"client_secret": "SECRET-1", "client_id": "sales_world-test", "password": ""})

    http.post("/oauth/token", data=form, content_type="application/x-www-form-urlencoded")

    entry = commercelayer.control("GET", "/journal").json[0]
    assert "client_secret=***&client_id=sales_world-test&password=***" == entry["request"]["body"]


def test_the_journal_hides_tokens_that_were_issued_and_those_that_came(
    commercelayer: CommerceLayer, http: FlaskClient
) -> None:
    commercelayer.create("customers", {"email": "ann@shop.test", "password": "s3same"})
    asked = {
        "grant_type": "password", "client_id": "sales_world-test", "username": "ann@shop.test", "password": "s3same",
    }  # fmt: skip
    answer = fine(commercelayer.oauth("token", asked))
    http.get("/api/orders", headers={"Authorization": f"Bearer {answer['access_token']}"})

    text = _journal(commercelayer)

    signature = answer["access_token"].rpartition(".")[2]
    assert [False] * 3 == [each in text for each in (signature, answer["refresh_token"], "s3same")]
    assert "token_type" in text and "Bearer ***" in text


def test_answers_tell_a_secret_that_the_journal_does_not(commercelayer: CommerceLayer) -> None:
    hook = commercelayer.create("webhooks", HOOK)
    secret = hook["attributes"]["shared_secret"]
    listed = commercelayer.send("GET", "/webhooks").text

    text = _journal(commercelayer)

    assert secret in listed
    assert secret not in text
    assert hook["id"] in text


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_gateways_credentials_are_nowhere_afterwards(commercelayer: CommerceLayer, method: str) -> None:
    id_ = commercelayer.only("/klarna_gateways")["id"] if method == "PATCH" else ""

    body = document_of("klarna_gateways", GATEWAY, id_=id_)
    fine(commercelayer.send(method, f"/klarna_gateways/{id_}".rstrip("/"), body))

    seen = _journal(commercelayer) + _states(commercelayer) + commercelayer.send("GET", "/event_stores").text
    assert "Gateway" in seen
    assert [] == [value for value in ("KEY-of-klarna", "SECRET-of-klarna") if value in seen]


def test_nor_are_passwords_in_any_form(commercelayer: CommerceLayer) -> None:
    made = commercelayer.create("customers", {"email": "ann@shop.test", "password": "SECRET-of-ann"})["id"]
    commercelayer.update("customers", made, {"password": "SECRET-of-her"})
    order = commercelayer.create("orders", {"customer_email": "bob@shop.test", "customer_password": "SECRET-of-bob"})

    seen = _journal(commercelayer) + _states(commercelayer) + commercelayer.send("GET", "/event_stores").text

    assert order["id"] in seen and made in seen
    assert [] == [word for word in ("SECRET", "password_digest") if word in seen]


@pytest.mark.parametrize("type_", ["webhooks", "markets"])
def test_a_shared_secret_is_not_in_the_log_of_changes(commercelayer: CommerceLayer, type_: str) -> None:
    record = commercelayer.create("webhooks", HOOK) if type_ == "webhooks" else commercelayer.only("/markets")
    id_ = record["id"]
    commercelayer.update(type_, id_, {"reference": "R"})
    path = f"/{type_}/{id_}/event_stores"

    log = commercelayer.send("GET", path).text + commercelayer.send("GET", "/event_stores?page[size]=25").text
    log += commercelayer.control("GET", "/state/commercelayer_event_stores").text

    assert record["attributes"]["shared_secret"] not in log
    assert '"reference"' in log


@pytest.mark.parametrize("type_", ["orders", "webhooks", "klarna_gateways", "customers"])
def test_state_shows_records_without_what_is_only_the_servers(commercelayer: CommerceLayer, type_: str) -> None:
    commercelayer.create("webhooks", HOOK)

    records = json.loads(commercelayer.control("GET", f"/state/commercelayer_{type_}").text)

    assert records
    assert [set()] * len(records) == [{"private", "shown"} & set(each) for each in records]
