"""What a user sees of the authorization server: the page that asks for consent. The look is this server's own."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit, urlunsplit

from mock_server.core.errors import ApiError
from mock_server.core.world import DEFAULT, name_in
from mock_server.providers.commercelayer.actions import tokens
from mock_server.providers.commercelayer.state.scopes import EVERYTHING
from mock_server.web.operations import Call, Reply
from mock_server.web.pages import page

PATH = "/oauth/authorize"


def ask(call: Call) -> Reply:
    """The page with its two buttons; a client that names a world is sent to that world's page first."""
    world = name_in(call.query.get("client_id", ""))
    if "world" not in call.query and world not in (DEFAULT, call.world.name) and "x-mock-world" not in call.headers:
        return Reply(None, 302, {"Location": f"{PATH}?{urlencode({**call.query, 'world': world})}"})
    try:
        tokens.check_authorization(call.world, call.query)
    except ApiError as error:
        return _refused(error)
    return page(
        "authorize.html",
        language="en",
        client_id=call.query["client_id"],
        organization=call.world.settings.commercelayer_organization,
        scope=call.query.get("scope") or EVERYTHING,
        host=urlsplit(call.query["redirect_uri"]).netloc,
        action=f"{PATH}?{urlencode({**call.query, 'world': call.world.name})}",
    )


def decide(call: Call) -> Reply:
    """Back to the client, with a code or with the news that there is none; ``state`` comes back as it was sent."""
    try:
        tokens.check_authorization(call.world, call.query)
        is_granted = call.json.get("decision") != "deny"
        told = {"code": tokens.grant_code(call.world, call.query)} if is_granted else {"error": "access_denied"}
    except ApiError as error:
        return _refused(error)
    if "state" in call.query:
        told["state"] = call.query["state"]
    return Reply(None, 303, {"Location": _with(call.query["redirect_uri"], told), "Cache-Control": "no-store"})


def _with(url: str, told: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(told))))
    return urlunsplit(parts._replace(query=query))


def _refused(error: ApiError) -> Reply:
    """Never by a redirect: who sent the browser here is not known to be the client."""
    text = " ".join((*error.messages, *(f"({fault.text})" for fault in error.faults)))
    return page("message.html", status=400, language="en", title="Not possible", text=text, back="")
