"""What an address is called, put together from its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def named(address: Mapping[str, Any]) -> dict[str, Any]:
    """Source: samples of the addresses' reference (read 2026-11-21)."""

    def joined(separator: str, *parts: Any) -> str:
        return separator.join(str(part) for part in parts if part)

    part = address.get
    person = joined(" ", part("first_name"), part("last_name"))
    full_name = (part("company") if part("business") else person) or person or None
    country = f"({part('country_code')})" if part("country_code") else ""
    street = joined(" ", part("line_1"), part("line_2"))
    place = joined(" ", part("zip_code"), part("city"), part("state_code"), country, part("phone"))
    full = joined(", ", street, place) or None
    return {"full_name": full_name, "full_address": full, "name": joined(", ", full_name, full) or None}
