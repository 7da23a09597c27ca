"""What providers with OAuth share: a client's HTTP Basic, and the page that asks a user for consent."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from mock_server.core.errors import ApiError
from mock_server.core.world import DEFAULT, name_in
from mock_server.web.operations import Call, Reply
from mock_server.web.pages import page


def basic(call: Call) -> tuple[str, str]:
    """The client and its secret; some clients percent-encode both halves, as RFC 6749 wants it."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = b64decode(value.strip(), validate=True).decode("utf-8", "replace").partition(":")
    except ValueError:
        return "", ""
    return unquote(client_id), unquote(secret)


def elsewhere(call: Call, path: str) -> Reply | None:
    """A client that names a world is sent to that world's page first."""
    world = name_in(call.query.get("client_id", ""))
    if "world" in call.query or world in (DEFAULT, call.world.name) or "x-mock-world" in call.headers:
        return None
    return Reply(None, 302, {"Location": f"{path}?{urlencode({**call.query, 'world': world})}"})


def asking_page(call: Call, path: str, *, organization: str, scope: str) -> Reply:
    """The page with its two buttons."""
    return page(
        "authorize.html",
        language="en",
        client_id=call.query["client_id"],
        organization=organization,
        scope=scope,
        host=urlsplit(call.query["redirect_uri"]).netloc,
        action=f"{path}?{urlencode({**call.query, 'world': call.world.name})}",
    )


def is_granted(call: Call) -> bool:
    """Which button was pressed."""
    return bool(call.json.get("decision") != "deny")


def back(call: Call, told: Mapping[str, str]) -> Reply:
    """To the client, with this news; ``state`` comes back as it was sent."""
    news = {**told, **({"state": call.query["state"]} if "state" in call.query else {})}
    parts = urlsplit(call.query["redirect_uri"])
    query = "&".join(filter(None, (parts.query, urlencode(news))))
    return Reply(None, 303, {"Location": urlunsplit(parts._replace(query=query)), "Cache-Control": "no-store"})


def not_asked(error: ApiError) -> Reply:
    """Never by a redirect: who sent the browser here is not known to be the client."""
    text = " ".join((*error.messages, *(f"({fault.text})" for fault in error.faults)))
    return page("message.html", status=400, language="en", title="Not possible", text=text, back="")
