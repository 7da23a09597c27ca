"""Made-up addresses that are suggested while somebody types: the street as typed, in towns that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LEAST_TYPED = 3
# country -> its name, whether the postcode stands before the town, and towns: name, state, its code, postcode
_TOWNS: Mapping[str, tuple[str, bool, tuple[tuple[str, str, str, str], ...]]] = {
    "US": ("United States", False, (
        ("Monsey", "New York", "NY", "10952"), ("Portland", "Oregon", "OR", "97201"),
        ("Austin", "Texas", "TX", "78701"),
    )),
    "CA": ("Canada", False, (("Toronto", "Ontario", "ON", "M5H 2N2"), ("Calgary", "Alberta", "AB", "T2P 1J9"))),
    "GB": ("United Kingdom", False, (("London", "", "", "EC1A 1BB"), ("Leeds", "", "", "LS1 4AP"))),
    "AU": ("Australia", False, (
        ("Sydney", "New South Wales", "NSW", "2000"), ("Perth", "Western Australia", "WA", "6000"),
    )),
    "DE": ("Germany", True, (("Berlin", "", "", "10115"), ("Leipzig", "", "", "04109"))),
    "AT": ("Austria", True, (("Wien", "", "", "1010"), ("Graz", "", "", "8010"))),
    "NL": ("Netherlands", True, (("Utrecht", "", "", "3511 AB"), ("Leiden", "", "", "2311 EZ"))),
    "FR": ("France", True, (("Lyon", "", "", "69001"), ("Lille", "", "", "59000"))),
    "ES": ("Spain", True, (("Sevilla", "", "", "41001"), ("Bilbao", "", "", "48001"))),
    "IT": ("Italy", True, (("Torino", "", "", "10121"), ("Bologna", "", "", "40121"))),
    "SE": ("Sweden", True, (("Stockholm", "", "", "111 20"), ("Uppsala", "", "", "753 10"))),
    "NO": ("Norway", True, (("Oslo", "", "", "0150"), ("Bergen", "", "", "5003"))),
    "DK": ("Denmark", True, (("Odense", "", "", "5000"), ("Aarhus", "", "", "8000"))),
    "FI": ("Finland", True, (("Helsinki", "", "", "00100"), ("Tampere", "", "", "33100"))),
}  # fmt: skip


def suggestions(text: str, country: str) -> list[dict[str, Any]]:
    """Addresses for what was typed; none for less than three letters, or for a country without towns here."""
    street = " ".join(text.split()).title()
    if len(street) < _LEAST_TYPED or country not in _TOWNS:
        return []
    name, is_before, towns = _TOWNS[country]
    return [_suggestion(street, country, name, is_before, town) for town in towns]


def _suggestion(
    street: str, code: str, country: str, is_before: bool, town: tuple[str, str, str, str]
) -> dict[str, Any]:
    city, state, state_code, postcode = town
    place = f"{postcode} {city}" if is_before else ", ".join(filter(None, (city, f"{state_code} {postcode}".strip())))
    return {
        "label": f"{street}, {place}, {country}",
        "address": {
            "line1": street,
            "line2": "",
            "line3": "",
            "city": city,
            "state": state,
            "state_code": state_code,
            "postcode": postcode,
            "country": country,
            "country_code": code,
        },
    }
