"""The bodies of the authorization server: texts only; what is empty or null is not there.

Source: docs.commercelayer.io, authentication and its pages per grant; RFC 6749 for refusals of what is missing (read
2026-11-21).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, validate
from marshmallow import fields as mm

from mock_server.core.errors import Fault
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.state.tokens import JWT_BEARER

# grant -> what it needs besides the client
NEEDS: Mapping[str, tuple[str, ...]] = {
    "client_credentials": (),
    "password": ("username", "password"),
    "refresh_token": ("refresh_token",),
    "authorization_code": ("code", "redirect_uri"),
    JWT_BEARER: ("assertion",),
}


def _whole(text: str) -> None:
    """Half a surrogate pair is valid in JSON, and no text."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ValidationError("holds half a character")


def _text(most: int | None = None) -> mm.String:
    return mm.String(validate=[_whole, validate.Length(max=most)])


class TokenSchema(Schema):
    """Body of token."""

    class Meta:
        unknown = EXCLUDE

    grant_type = _text()
    client_id = _text(255)
    client_secret = _text()
    scope = _text(2000)
    username = _text()
    password = _text()
    refresh_token = _text()
    code = _text()
    redirect_uri = _text()
    assertion = _text()


class RevokeSchema(Schema):
    """Body of revoke."""

    class Meta:
        unknown = EXCLUDE

    client_id = _text(255)
    client_secret = _text()
    token = _text()


def load_token(body: Mapping[str, Any]) -> dict[str, str]:
    """Raises InvalidOAuthRequest, UnsupportedGrantType, InvalidClient."""
    request = _load(TokenSchema, body)
    grant = request.get("grant_type")
    if grant is None:
        raise _missing("grant_type")
    if grant not in NEEDS:
        text = f"grant_type is {grant!r}, expected {', '.join(NEEDS)}"
        raise errors.UnsupportedGrantType(faults=[Fault("grant_type", text)])
    if "client_id" not in request:
        raise errors.InvalidClient(faults=[Fault("client_id", "client_id is missing")])
    for name in NEEDS[grant]:
        if name not in request:
            raise _missing(name)
    return request


def load_revoke(body: Mapping[str, Any]) -> dict[str, str]:
    """Raises InvalidOAuthRequest; who revokes is looked at later."""
    request = _load(RevokeSchema, body)
    if "token" not in request:
        raise _missing("token")
    return request


def _load(schema: type[Schema], body: Mapping[str, Any]) -> dict[str, str]:
    try:
        request: dict[str, str] = _made(schema).load({k: v for k, v in body.items() if v is not None and v != ""})
    except ValidationError as error:
        told: dict[str, list[str]] = error.messages_dict
        faults = [Fault(name, f"{name}: {' '.join(texts)}") for name, texts in told.items()]
        raise errors.InvalidOAuthRequest(faults=faults) from error
    return request


@cache
def _made(schema: type[Schema]) -> Schema:
    return schema()


def _missing(name: str) -> errors.InvalidOAuthRequest:
    return errors.InvalidOAuthRequest(faults=[Fault(name, f"{name} is missing")])
