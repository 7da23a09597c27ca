from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mock_server.core.rules import Decision
from mock_server.core.store import Record
from mock_server.core.world import World
from mock_server.ledger import authorizations, sessions
from mock_server.providers.klarna.actions import shopper
from mock_server.settings import Settings

from ..conftest import purchase_of


@pytest.fixture
def session(world: World) -> Record:
    return sessions.open_session(world, purchase_of(), merchant="PK1", base_url="http://127.0.0.1:8080")


def act(world: World, session: Record, outcome: str = "accepted", **given: Any) -> dict[str, Any]:
    options = given.pop("options", {})
    return shopper.authorize(
        world, session, Decision(outcome, options, decided_by="the test"), data=given.pop("data", {}), **given
    )


def test_an_approved_shopper_gets_a_token(world: World, session: Record) -> None:
    told = act(world, session)

    token = sessions.find_session(world, session["id"])["authorization_token"]
    assert {"approved": True, "show_form": True, "authorization_token": token} == told
    assert "valid" == authorizations.find_authorization(world, token)["status"]


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        ("rejected", {"approved": False, "show_form": False}),
        ("aborted", {"approved": False, "show_form": True}),
        ("finalize_required", {"approved": True, "show_form": True, "finalize_required": True}),
    ],
)
def test_no_other_outcome_grants_a_token(
    world: World, session: Record, outcome: str, told: dict[str, bool]
) -> None:
    assert told == act(world, session, outcome)
    assert sessions.find_session(world, session["id"])["authorization_token"] is None


def test_without_auto_finalize_the_token_waits_for_finalize(world: World, session: Record) -> None:
    told = act(world, session, auto_finalize=False)

    assert {"approved": True, "show_form": True, "finalize_required": True} == told


def test_the_data_of_the_call_updates_the_session(world: World, session: Record) -> None:
    act(world, session, data={"billing_address": {"given_name": "Astrid", "country": "SE"}})

    kept = sessions.find_session(world, session["id"])["purchase"]["billing_address"]
    assert {"given_name": "Astrid", "country": "SE"} == kept


@pytest.mark.parametrize(
    ("data", "paths"),
    [
        ({"billing_address": {"given_name": "A"}}, ["billing_address.given_name"]),
        ({"billing_address": {"family_name": "123"}}, ["billing_address.family_name"]),
        ({"billing_address": {"email": "astrid"}}, ["billing_address.email"]),
        ({"shipping_address": {"email": "astrid@shop"}}, ["shipping_address.email"]),
        ({"billing_address": {"postal_code": "1" * 11}}, ["billing_address.postal_code"]),
        ({"order_amount": 1}, ["order_amount"]),
    ],
)
def test_bad_data_is_told_by_field_and_changes_nothing(
    world: World, session: Record, data: dict[str, Any], paths: list[str]
) -> None:
    told = act(world, session, data=data)

    assert {"approved": False, "show_form": True, "error": {"invalid_fields": paths}} == told
    assert session == sessions.find_session(world, session["id"])


def test_a_refused_shoppers_data_is_known_to_klarna_all_the_same(world: World, session: Record) -> None:
    act(world, session, "rejected", data={"merchant_reference1": "R"})

    assert "R" == sessions.find_session(world, session["id"])["purchase"]["merchant_reference1"]


@pytest.mark.parametrize(
    ("options", "paths"), [({}, ["billing_address.email"]), ({"fields": ["customer.title"]}, ["customer.title"])]
)
def test_invalid_fields_can_be_ordered(
    world: World, session: Record, options: dict[str, Any], paths: list[str]
) -> None:
    told = act(world, session, "invalid_fields", options=options)

    assert {"approved": False, "show_form": True, "error": {"invalid_fields": paths}} == told


def test_a_pending_shopper_gets_a_token_that_remembers(world: World, session: Record) -> None:
    told = act(world, session, "pending", options={"decide": "accepted", "after": "5m"})

    granted = authorizations.find_authorization(world, told["authorization_token"])
    assert {"outcome": "pending", "decide": "accepted", "after": "5m"} == granted["decision"]


def test_a_person_is_made_up_where_the_shop_named_none(world: World, session: Record) -> None:
    told = act(world, session)

    made_up = authorizations.find_authorization(world, told["authorization_token"])["shopper"]
    assert {"billing_address", "customer"} == set(made_up)
    assert "SE" == made_up["billing_address"]["country"]


def test_a_person_the_shop_named_is_left_alone(world: World) -> None:
    named = purchase_of(billing_address={"given_name": "Astrid"})
    session = sessions.open_session(world, named, merchant="PK1", base_url="http://127.0.0.1:8080")

    told = act(world, session)

    assert {} == authorizations.find_authorization(world, told["authorization_token"])["shopper"]


def test_a_locale_of_another_country_is_refused_when_the_setting_is_strict(world: World, session: Record) -> None:
    strict = replace(world, settings=Settings(klarna_locale_check="strict"))

    lenient_told = act(world, session, data={"locale": "de-DE"})
    strict_told = act(strict, session, data={"locale": "de-DE"})

    assert [True, ["locale"]] == [lenient_told["approved"], strict_told["error"]["invalid_fields"]]
