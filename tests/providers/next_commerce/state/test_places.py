"""Made-up addresses for what somebody types."""

from __future__ import annotations

import pytest

from mock_server.providers.next_commerce.state.places import suggestions


@pytest.mark.parametrize(
    ("country", "label"),
    [
        ("US", "5 Main St, Monsey, NY 10952, United States"),
        ("GB", "5 Main St, London, EC1A 1BB, United Kingdom"),
        ("SE", "5 Main St, 111 20 Stockholm, Sweden"),
    ],
)
def test_a_label_is_written_as_the_country_does(country: str, label: str) -> None:
    assert label == suggestions("5  main st ", country)[0]["label"]


@pytest.mark.parametrize(("text", "country"), [("5 ", "US"), ("5 main st", "ZZ"), ("   ", "US")])
def test_for_too_little_or_an_unknown_country_there_are_none(text: str, country: str) -> None:
    assert [] == suggestions(text, country)
