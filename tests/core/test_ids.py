from __future__ import annotations

import string
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.ids import FAKER_LOCALES, Ids, People
from mock_server.core.store import MemoryStore

from tests.threads import at_once

PEOPLE = People()


def ids_of(seed: str) -> Ids:
    return Ids(MemoryStore(), seed, PEOPLE)


@pytest.fixture
def ids() -> Ids:
    return ids_of("klarna")


DRAWS: list[Callable[[Ids], Any]] = [
    lambda ids: ids.uuid("order"),
    lambda ids: ids.uuid("order", "13456"),
    lambda ids: ids.token("order", 12),
    lambda ids: ids.person("SE"),
    lambda ids: ids.draw("order").random(),
]


@pytest.mark.parametrize("draw", DRAWS)
def test_the_same_seed_draws_the_same(draw: Callable[[Ids], Any]) -> None:
    one, other = ids_of("klarna"), ids_of("klarna")

    assert [draw(one) for _ in range(5)] == [draw(other) for _ in range(5)]


@pytest.mark.parametrize("draw", DRAWS)
def test_another_seed_draws_something_else(draw: Callable[[Ids], Any]) -> None:
    assert draw(ids_of("klarna")) != draw(ids_of("another"))


@pytest.mark.parametrize("draw", DRAWS)
def test_the_next_draw_is_something_else(draw: Callable[[Ids], Any], ids: Ids) -> None:
    assert draw(ids) != draw(ids)


def test_what_is_drawn_between_changes_nothing() -> None:
    alone, between = ids_of("klarna"), ids_of("klarna")
    expected = [alone.uuid("order") for _ in range(3)]

    drawn = []
    for _ in range(3):
        between.person("DE")
        between.uuid("session")
        between.tied_to("order", "1").random()
        drawn.append(between.uuid("order"))

    assert expected == drawn


def test_the_first_ids_are_those_of_yesterday() -> None:
    """Tests of users may hold ids; a change here breaks them."""
    assert "dd7bffd4-9675-4a79-ae98-7042e8bf981b" == ids_of("klarna").uuid("order")


def test_many_threads_draw_what_one_would(ids: Ids) -> None:
    alone = ids_of("klarna")

    drawn = at_once(lambda: [ids.uuid("order") for _ in range(20)])

    assert sorted(alone.uuid("order") for _ in range(320)) == sorted(id_ for part in drawn for id_ in part)


def test_ids_of_one_world_do_not_repeat(ids: Ids) -> None:
    assert 2000 == len({ids.uuid("order") for _ in range(2000)})


@given(st.text(), st.text())
def test_a_uuid_is_a_random_one_unless_said_otherwise(seed: str, kind: str) -> None:
    drawn = UUID(ids_of(seed).uuid(kind))

    assert (4, RFC_4122) == (drawn.version, drawn.variant)


def test_a_uuid_is_written_in_lower_case_with_hyphens(ids: Ids) -> None:
    drawn = ids.uuid("order")

    assert drawn == str(UUID(drawn))


def test_a_uuid_carries_one_of_the_versions_asked_for(ids: Ids) -> None:
    drawn = {UUID(ids.uuid("order", "13456")).version for _ in range(200)}

    assert {1, 3, 4, 5, 6} == drawn


def test_a_token_has_the_length_and_alphabet_asked_for(ids: Ids) -> None:
    token = ids.token("order", 500, "ab")

    assert (500, {"a", "b"}) == (len(token), set(token))


def test_a_token_is_letters_and_digits_unless_said_otherwise(ids: Ids) -> None:
    assert set(string.ascii_letters + string.digits) == set(ids.token("order", 5000))


def test_chance_tied_to_a_key_is_the_same_however_often_it_is_asked_for(ids: Ids) -> None:
    drawn = [ids.tied_to("categories", "1").random() for _ in range(3)]

    assert 1 == len(set(drawn))
    assert drawn[0] != ids.tied_to("categories", "2").random()
    assert drawn[0] != ids.tied_to("colours", "1").random()


@pytest.mark.parametrize("country", [*FAKER_LOCALES, "JP", ""])
def test_everybody_has_a_name_an_address_and_a_birthday(ids: Ids, country: str) -> None:
    person = ids.person(country)

    filled = {name for name, value in person.items() if value}
    assert {"given_name", "family_name", "email", "street_address", "postal_code", "city", "date_of_birth"} <= filled
    assert ("\n" in "".join(person.values()), country == "US") == (False, bool(person["region"]))


def test_nobody_made_up_can_be_written_to(ids: Ids) -> None:
    domains = {ids.person("DE")["email"].partition("@")[2] for _ in range(30)}

    assert domains <= {"example.com", "example.org", "example.net"}


def test_everybody_is_of_age_in_any_year_soon(ids: Ids) -> None:
    births = [date.fromisoformat(ids.person("DE")["date_of_birth"]) for _ in range(100)]

    assert max(births) < date(date.today().year - 18, 1, 1)


def test_a_country_without_its_own_people_gets_british_ones() -> None:
    assert ids_of("klarna").person("GB") == ids_of("klarna").person("ZZ")


def test_people_are_the_same_whoever_was_made_up_before() -> None:
    alone, later = Ids(MemoryStore(), "klarna", People()), Ids(MemoryStore(), "klarna", People())
    for country in ("US", "SE"):
        Ids(MemoryStore(), "another", PEOPLE).person(country)
        later._people.person(country, later.tied_to("warm", "up"))

    assert alone.person("SE") == later.person("SE")


def test_faker_is_not_imported_before_somebody_is_made_up() -> None:
    code = "import sys, mock_server.app as app; app.create_app(); print('faker' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60).stdout

    assert "False" == told.strip()
