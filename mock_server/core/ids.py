"""Ids, tokens and made-up people: the only source of chance, and all of it follows from the seed."""

from __future__ import annotations

import string
from random import Random
from threading import Lock
from typing import Any
from uuid import UUID

from mock_server.core.store import Store

# country -> Faker's locale, where Faker has addresses for it; any other gets en_GB
FAKER_LOCALES = {
    "AT": "de_AT", "AU": "en_AU", "BE": "nl_BE", "CA": "en_CA", "CH": "de_CH", "CZ": "cs_CZ", "DE": "de_DE",
    "DK": "da_DK", "ES": "es_ES", "FI": "fi_FI", "FR": "fr_FR", "GB": "en_GB", "GR": "el_GR", "HU": "hu_HU",
    "IE": "en_IE", "IT": "it_IT", "MX": "es_MX", "NL": "nl_NL", "NO": "no_NO", "NZ": "en_NZ", "PL": "pl_PL",
    "PT": "pt_PT", "RO": "ro_RO", "SE": "sv_SE", "SK": "sk_SK", "US": "en_US",
}  # fmt: skip


class People:
    """Makes people up; shared by all worlds, because Faker takes long to get ready for a country."""

    def __init__(self) -> None:
        self._fakers: dict[str, Any] = {}  # Faker's locale -> Faker
        self._lock = Lock()

    def person(self, country: str, chance: Random) -> dict[str, Any]:
        """A shopper of a country: names, e-mail, street address, date of birth (``1978-12-31``)."""
        locale = FAKER_LOCALES.get(country, "en_GB")
        with self._lock:
            if locale not in self._fakers:
                from faker import Faker  # takes 80 ms, most runs never need it

                self._fakers[locale] = Faker(locale)
            faker = self._fakers[locale]
            faker.seed_instance(chance.getrandbits(64))
            return {
                "given_name": faker.first_name(),
                "family_name": faker.last_name(),
                "email": faker.ascii_safe_email(),
                "street_address": faker.street_address().replace("\n", " "),
                "postal_code": faker.postcode(),
                "city": faker.city(),
                "region": faker.state_abbr() if country == "US" else "",
                "date_of_birth": faker.date_of_birth(minimum_age=20, maximum_age=80).isoformat(),
            }


class Ids:
    """The n-th draw of a kind depends on seed, kind and n only, whatever else is drawn between."""

    def __init__(self, store: Store, seed: str, people: People) -> None:
        self._store = store
        self._seed = seed
        self._people = people

    def draw(self, kind: str) -> Random:
        """A source of chance of its own for the next thing of this kind."""
        number = self._store.count(f"ids.{kind}")
        return Random(f"{self._seed}:{kind}:{number}")

    def tied_to(self, kind: str, key: str) -> Random:
        """Chance that follows from ``key``: the same for the same key, however often it is asked for."""
        return Random(f"{self._seed}:{kind}:{key}")

    def uuid(self, kind: str, versions: str = "4") -> str:
        """A UUID; its version digit is one of ``versions`` (Klarna's ids carry 1, 3, 4, 5 and 6)."""
        chance = self.draw(kind)
        digits = f"{chance.getrandbits(128):032x}"
        version = versions if len(versions) == 1 else chance.choice(versions)
        return str(UUID(digits[:12] + version + digits[13:16] + "89ab"[int(digits[16], 16) % 4] + digits[17:]))

    def token(self, kind: str, length: int, alphabet: str = string.ascii_letters + string.digits) -> str:
        """A random text of ``length`` characters."""
        return "".join(self.draw(kind).choices(alphabet, k=length))

    def person(self, country: str) -> dict[str, Any]:
        """A made-up shopper of a country, see People."""
        return self._people.person(country, self.draw("person"))
