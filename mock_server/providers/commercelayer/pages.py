"""What a user sees of the authorization server: the page that asks for consent. The look is this server's own."""

from __future__ import annotations

from mock_server.core.errors import ApiError
from mock_server.providers.commercelayer.actions import tokens
from mock_server.providers.commercelayer.state.scopes import EVERYTHING
from mock_server.web import consent
from mock_server.web.operations import Call, Reply

PATH = "/oauth/authorize"


def ask(call: Call) -> Reply:
    """The page with its two buttons; a client that names a world is sent to that world's page first."""
    if (reply := consent.elsewhere(call, PATH)) is not None:
        return reply
    try:
        tokens.check_authorization(call.world, call.query)
    except ApiError as error:
        return consent.not_asked(error)
    organization = call.world.settings.commercelayer_organization
    return consent.asking_page(call, PATH, organization=organization, scope=call.query.get("scope") or EVERYTHING)


def decide(call: Call) -> Reply:
    """Back to the client, with a code or with the news that there is none."""
    try:
        tokens.check_authorization(call.world, call.query)
        granted = consent.is_granted(call)
        told = {"code": tokens.grant_code(call.world, call.query)} if granted else {"error": "access_denied"}
    except ApiError as error:
        return consent.not_asked(error)
    return consent.back(call, told)
