"""Endpoints of the authorization server: tokens, their key, and the page that asks a user for consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.core.later import Later
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.auth import read_request
from mock_server.providers.commercelayer.state import tokens as state
from mock_server.web.operations import Call, Reply, operation
from mock_server.web.pages import form

if TYPE_CHECKING:
    from mock_server.providers.commercelayer import pages
    from mock_server.providers.commercelayer.actions import tokens as actions
    from mock_server.providers.commercelayer.schemas import oauth as schemas
else:
    _HERE = "mock_server.providers.commercelayer"
    pages, actions = Later(f"{_HERE}.pages"), Later(f"{_HERE}.actions.tokens")
    schemas = Later(f"{_HERE}.schemas.oauth")

OAUTH = "commercelayer.oauth"
DOCS = "https://docs.commercelayer.io/core/authentication"
_JSON = "application/json; charset=utf-8"
_HEADERS = {"Cache-Control": "no-store", "Vary": "Accept-Encoding, Origin"}


def _told(body: object) -> Reply:
    return Reply(body, headers=_HEADERS, content_type=_JSON)


@operation(
    OAUTH, "POST", "/oauth/token", docs=DOCS, parse=read_request,
    load=lambda call: schemas.load_token(call.json), schema=lambda: schemas.TokenSchema,
    errors=(
        errors.InvalidClient, errors.InvalidGrant, errors.InvalidScope, errors.InvalidAssertion,
        errors.InvalidOAuthRequest, errors.UnsupportedGrantType, errors.Throttled, errors.InternalServerError,
    ),
)  # fmt: skip
def token(call: Call) -> Reply:
    return _told(actions.issue(call.world, call.body))


@operation(
    OAUTH, "POST", "/oauth/revoke", docs=f"{DOCS}/revoking-a-token", parse=read_request,
    load=lambda call: schemas.load_revoke(call.json), schema=lambda: schemas.RevokeSchema,
    errors=(
        errors.UnauthorizedClient, errors.InvalidClient, errors.InvalidOAuthRequest, errors.Throttled,
        errors.InternalServerError,
    ),
)  # fmt: skip
def revoke(call: Call) -> Reply:
    return _told(actions.revoke(call.world, call.body))


@operation(OAUTH, "GET", "/.well-known/jwks.json", docs=DOCS, public=True, errors=(errors.InternalServerError,))
def jwks(call: Call) -> Reply:
    return Reply({"keys": [state.jwks()]}, content_type=_JSON)


@operation(
    OAUTH, "GET", "/oauth/authorize", docs=f"{DOCS}/authorization-code", public=True,
    errors=(errors.InternalServerError,),
)  # fmt: skip
def authorize(call: Call) -> Reply:
    return pages.ask(call)


@operation(
    OAUTH, "POST", "/oauth/authorize", docs=f"{DOCS}/authorization-code", public=True, parse=form,
    errors=(errors.InternalServerError,),
)  # fmt: skip
def decide(call: Call) -> Reply:
    return pages.decide(call)


OAUTH_OPERATIONS = (token, revoke, jwks, authorize, decide)
