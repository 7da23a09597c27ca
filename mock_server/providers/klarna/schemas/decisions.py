"""The body of a tester's decision about an order."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError
from marshmallow import fields as mm

from mock_server.core.grammar import load_strictly, nearest
from mock_server.ledger.transitions import DECIDED_FROM


def _decision(word: str) -> None:
    if word not in DECIDED_FROM:
        raise ValidationError(f"{word!r} is no decision; {nearest(word.upper(), DECIDED_FROM)}")


class DecisionSchema(Schema):
    """ACCEPTED or REJECTED of a pending order, STOPPED of an accepted one."""

    fraud_status = mm.String(required=True, validate=_decision)


def load_decision(body: dict[str, Any]) -> dict[str, Any]:
    """Raises Misused, with the nearest right word."""
    return load_strictly(DecisionSchema(), body)
