"""The attributes of a record as answers show them, as far as the record alone says; kept with it as text.

Lists are read far more often than their records change, and an order has 112 attributes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import orjson

from mock_server.core.store import Record
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.state.money import triple
from mock_server.providers.commercelayer.state.statuses import EDITABLE

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def encode(value: Mapping[str, Any]) -> str:
    """As a JSON object, other scripts as they are."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # see core/store
        return _encode(value)


def attributes_of(record: Record, computed: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """By name, in the order of the row; ``computed`` is what the record does not say itself."""
    stored = record["attributes"]
    known = {**stored, **computed} if computed else stored
    currency = known.get("currency_code")
    told: dict[str, Any] = {}
    for name, kind, _ in RESOURCES[record["type"]].shown:
        if kind == "common":
            told.update(_common(record))
        elif kind == "money":
            told.update(triple(name, known.get(f"{name}_cents"), currency))
        else:
            told[name] = known.get(name)
    if record["type"] == "orders":
        told["editable"] = stored["status"] in EDITABLE
    told.update(_common(record))  # what is there already stays where it is
    return told


def _common(record: Record) -> Mapping[str, Any]:
    stored = record["attributes"]
    return {
        "created_at": record["created_at"],
        "updated_at": record["updated_at"],
        "reference": stored.get("reference"),
        "reference_origin": stored.get("reference_origin"),
        "metadata": stored.get("metadata"),
    }


def with_text(record: Record) -> Record:
    """The record as it is kept."""
    return {**record, "shown": encode(attributes_of(record))}
