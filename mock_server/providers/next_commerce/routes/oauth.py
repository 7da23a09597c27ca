"""Endpoints of the authorization server: the page that asks for consent, tokens; and a token without either."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_server.core.errors import Misused
from mock_server.core.grammar import load_strictly
from mock_server.core.later import Later
from mock_server.providers.next_commerce import errors
from mock_server.providers.next_commerce.auth import read_token_request
from mock_server.web.operations import Call, Operation, Reply, operation
from mock_server.web.pages import form

if TYPE_CHECKING:
    from mock_server.providers.next_commerce import pages
    from mock_server.providers.next_commerce.actions import tokens as actions
    from mock_server.providers.next_commerce.schemas import oauth as schemas
else:
    _HERE = "mock_server.providers.next_commerce"
    pages, actions = Later(f"{_HERE}.pages"), Later(f"{_HERE}.actions.tokens")
    schemas = Later(f"{_HERE}.schemas.oauth")

OAUTH = "next_commerce.oauth"
_DOCS = "https://developers.nextcommerce.com/docs/apps/oauth/getting-started"


@operation(OAUTH, "GET", "/oauth2/authorize", docs=_DOCS, public=True, errors=(errors.ServerError,))
def authorize(call: Call) -> Reply:
    return pages.ask_consent(call)


@operation(OAUTH, "POST", "/oauth2/authorize", docs=_DOCS, public=True, parse=form, errors=(errors.ServerError,))
def decide(call: Call) -> Reply:
    return pages.take_consent(call)


@operation(
    OAUTH, "POST", "/oauth2/token", docs=_DOCS, parse=read_token_request, load=lambda call: call.json,
    schema=lambda: schemas.TokenSchema,
    errors=(
        errors.InvalidClient, errors.InvalidGrant, errors.UnsupportedGrantType, errors.OAuthError, errors.Throttled,
        errors.ServerError,
    ),
)  # fmt: skip
def token(call: Call) -> Reply:
    return Reply(actions.exchange(call.world, call.body), headers=errors.OAUTH_HEADERS)


@operation(
    OAUTH, "POST", "/_mock/next_commerce/tokens", docs=_DOCS,
    load=lambda call: load_strictly(schemas.IssueSchema(unknown="raise"), call.json),
    schema=lambda: schemas.IssueSchema,
)  # fmt: skip
def issue(call: Call) -> Reply:
    """A token with these scopes, as if a user had agreed."""
    try:
        scopes = actions.check_scopes(call.body["scopes"])
    except errors.InvalidScope as error:
        raise Misused(f"scopes: {error.faults[0].text}") from error
    return Reply({"access_token": actions.issue(call.world, scopes, call.body["client_id"]), "scope": " ".join(scopes)})


OAUTH_OPERATIONS: tuple[Operation, ...] = (authorize, decide, token)
OAUTH_CONTROLS: tuple[Operation, ...] = (issue,)
