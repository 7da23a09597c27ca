"""Puts providers on a Flask application: which request goes down whose road, and what the road's end looks like."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache, cached_property, partial
from http import HTTPStatus
from threading import Lock
from typing import Any

from flask import Flask, Request, Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.routing import Map, MapAdapter, Rule

from mock_server.core.clock import stopwatch_ms
from mock_server.core.errors import ApiError, Malformed, NotEmulated, TooLarge, UnknownPath, WrongMethod
from mock_server.core.worlds import Worlds
from mock_server.web import pipeline
from mock_server.web.operations import Call, Operation, Provider, Reply
from mock_server.web.serving import UNDERSCORED, ConnectionCut, cut, give_up_reading

MOST_BODY_BYTES = 1_000_000
_MOST_DRAINED_BYTES = 20_000_000  # of a body too large, so that the client gets to read the answer
_OVERRIDES = ("GET", "PATCH", "PUT", "DELETE")  # what X-HTTP-Method-Override may make of a POST
_HOST = re.compile(r"(?:[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")
_COMPILING = Lock()  # Python's own compiler of syntax trees fails at times when several threads use it
_CONTROL, _CONTROL_PREFIX = "control", "/_mock"
_ANY = re.compile(r"/<any\(([^)]*)\):")

Paths = tuple[tuple[str, str, str], ...]  # operation, method, path


class Faces:
    """The providers of a server, by the requests that are theirs."""

    def __init__(
        self,
        worlds: Worlds,
        providers: Sequence[Provider],
        make_control: Callable[[], Provider],
    ) -> None:
        """``make_control`` gives the control API, once, when it is first needed."""
        self._worlds = worlds
        self._providers = providers
        self._make_control = make_control
        self._paths: dict[str, dict[str, Paths]] = {}  # name of a face -> first segment of a path -> what begins so
        self._maps: dict[tuple[str, str], Map] = {}  # name of a face, first segment -> its operations

    def mount(self, app: Flask) -> None:
        """Route by face and by the first segment of the path: maps are made when a request comes that needs them.

        Compiling the rules of a whole face takes longer than a start may.
        """
        self._views = app.view_functions
        app.create_url_adapter = self._adapter  # type: ignore[method-assign]  # Flask's own hook
        app.wsgi_app = _with_sound_host(self._with_override(app.wsgi_app))  # type: ignore[method-assign]  # another
        app.register_error_handler(NotFound, self._nowhere)
        app.register_error_handler(MethodNotAllowed, self._nowhere)

    def _adapter(self, request: Request | None) -> MapAdapter | None:
        """What Flask matches a request with: a map of the face that claims its path, else of the first one."""
        if request is None:
            return None
        provider = self._claimant(request.path) or self._providers[0]
        segment = _first_segment(request.path)
        return (self._maps.get((provider.name, segment)) or self._mapped(provider, segment)).bind_to_environ(
            request.environ
        )

    def _mapped(self, provider: Provider, segment: str) -> Map:
        by_segment = self._paths.get(provider.name) or self._by_segment(provider)
        known = segment if segment in by_segment else ""  # strangers' paths must not make maps without end
        with _COMPILING:
            made = self._maps[provider.name, known] = _map_of(by_segment.get(known, ()))
        return made

    def _by_segment(self, provider: Provider) -> dict[str, Paths]:
        operations = provider.operations
        if provider.name == _CONTROL:
            operations = (*operations, *(op for other in self._providers for op in other.controls))
        for operation in operations:
            self._views[operation.name] = self._view(provider, operation)
        found: dict[str, Paths] = {}
        for op in operations:
            for path in (op.path, *op.aliases):
                for segment in _first_segments(path):
                    found[segment] = (*found.get(segment, ()), (op.name, op.method, path))
        self._paths[provider.name] = found
        return found

    def _view(self, provider: Provider, operation: Operation) -> Callable[..., Response]:
        return lambda **path_args: self._serve(provider, operation, path_args)

    def _with_override(self, wsgi_app: Callable[..., Any]) -> Callable[..., Any]:
        """POST with X-HTTP-Method-Override becomes what that says, for providers whose clients cannot say PATCH."""
        prefixes = [prefix for provider in self._providers if provider.overrides_method for prefix in provider.prefixes]

        def overriding(environ: dict[str, Any], start_response: Any) -> Any:
            wanted = environ.get("HTTP_X_HTTP_METHOD_OVERRIDE")
            if wanted and environ["REQUEST_METHOD"] == "POST" and _longest(prefixes, environ.get("PATH_INFO", "")):
                method = wanted.strip().upper()
                environ["REQUEST_METHOD"] = method if method in _OVERRIDES else "POST"
            return wsgi_app(environ, start_response)

        return overriding

    def _serve(
        self,
        provider: Provider,
        operation: Operation | None,
        path_args: Mapping[str, str],
        refusal: ApiError | None = None,
    ) -> Response:
        call = _call(path_args, self._worlds.house.settings.public_url)
        body, headers, reply = pipeline.answer(self._worlds, provider, operation, call, refusal)
        response = _response(body, headers, reply)
        if "origin" in call.headers and provider.name != _CONTROL:
            vary = response.headers.get("Vary", "")
            response.headers.update(_cors(call.headers["origin"]))
            response.headers["Vary"] = vary if "Origin" in vary else f"{vary}, Origin".lstrip(", ")
        if operation is not None and not operation.is_control:
            response.call_on_close(partial(call.world.holds.happened, operation.name))
        due_ms = call.world.clock.next_due_ms()
        if due_ms is not None and due_ms <= call.world.clock.now_ms():
            response.call_on_close(call.world.wake)
        return response

    @cached_property
    def _control(self) -> Provider:
        return self._make_control()

    def _nowhere(self, error: HTTPException) -> Response:
        provider = self._owner(request.environ["HTTP_HOST"].partition(":")[0], request.path)
        if request.method == "OPTIONS" and "Origin" in request.headers and provider.name != _CONTROL:
            return Response(status=_status(204), headers=_cors(request.headers["Origin"]))
        return self._serve(provider, None, {}, self._refusal(provider, error))

    def _owner(self, host: str, path: str) -> Provider:
        """The provider of a path: by host name, by path; the first one when nobody claims it."""
        claimant = self._claimant(path)
        if claimant is not None and claimant.name == _CONTROL and path.startswith(_CONTROL_PREFIX):
            return claimant
        for provider in self._providers:
            if any(fnmatchcase(host, pattern) for pattern in provider.hosts):
                return provider
        return claimant or self._providers[0]

    def _claimant(self, path: str) -> Provider | None:
        """The face of the longest prefix that the path begins with."""
        claims = self._claims.get(_first_segment(path))
        claim = _longest(claims, path) if claims else ""
        if not claims or not claim:
            return None
        found = claims[claim]
        return self._control if found is None else found

    @cached_property
    def _claims(self) -> dict[str, dict[str, Provider | None]]:
        """First segment of a path -> prefix -> whose it is; None: the control API's, which is made late."""
        claims: dict[str, dict[str, Provider | None]] = {}
        for provider in self._providers:
            for prefix in provider.prefixes:
                claims.setdefault(prefix.split("/")[1], {})[prefix] = provider
        claims.setdefault(_CONTROL_PREFIX.split("/")[1], {})[_CONTROL_PREFIX] = None
        return claims

    def _refusal(self, provider: Provider, error: HTTPException) -> ApiError:
        for prefix, what in provider.not_emulated.items():
            if _longest([prefix], request.path):
                return NotEmulated(f"{what} is not emulated: {request.method} {request.path}")
        asked = f"{request.method} {request.path}"
        if isinstance(error, MethodNotAllowed):
            allowed = sorted(set(error.valid_methods or ()) - {"HEAD"})
            refusal: ApiError = WrongMethod(f"{request.path} takes {', '.join(allowed)}, not {request.method}")
            refusal.headers = {"Allow": ", ".join(allowed)}
            return refusal
        operations = {f"{op.method} {op.path}": op.name for op in (*provider.operations, *provider.controls)}
        near = get_close_matches(asked, operations, n=3, cutoff=0.5)
        why = f"no operation has the path {request.path}"
        why += f": {more}" if (more := provider.unknown(request.path)) else ""
        return UnknownPath(why, near=[f"{operations[n]}: {n}" for n in near])


def _first_segment(path: str) -> str:
    return path.partition("/")[2].partition("/")[0]


def _first_segments(rule: str) -> list[str]:
    """Those that a rule's paths may begin with: /<any(eu, na, oc):region>/... has three."""
    chosen = _ANY.match(rule)
    return chosen.group(1).split(", ") if chosen else [_first_segment(rule)]


@cache
def _map_of(paths: Paths) -> Map:
    """The rules of these paths; compiling many takes a while, and they never differ."""
    rules = [Rule(path, methods=[method], endpoint=name) for name, method, path in paths]
    return Map(rules, strict_slashes=False, merge_slashes=False)


def _with_sound_host(wsgi_app: Callable[..., Any]) -> Callable[..., Any]:
    """A Host header that names no host would end up in URLs; this server's own address takes its place."""

    def sound(environ: dict[str, Any], start_response: Any) -> Any:
        if not _HOST.fullmatch(environ.get("HTTP_HOST", "")):
            port = "" if environ["SERVER_PORT"] == "80" else f":{environ['SERVER_PORT']}"
            environ["HTTP_HOST"] = environ["SERVER_NAME"] + port
        return wsgi_app(environ, start_response)

    return sound


def _longest(prefixes: Iterable[str], path: str) -> str:
    """The longest of these that the path begins with, segment by segment; empty when none does."""
    return max((p for p in prefixes if f"{path}/".startswith(f"{p.rstrip('/')}/")), key=len, default="")


def _call(path_args: Mapping[str, str], public_url: str) -> Call:
    headers = {name.lower(): value for name, value in request.headers.items()}
    underscored: frozenset[str] | None = request.environ.get(UNDERSCORED)
    return Call(
        method=request.method,
        path=request.path,
        query=_query() if request.query_string else {},
        headers=headers,
        wire_headers=_as_spelled(underscored),
        underscored=underscored,
        remote=request.remote_addr or "",
        base_url=public_url.rstrip("/") or f"{request.scheme}://{request.environ['HTTP_HOST']}",
        read_body=_read_body,
        path_args=path_args,
        query_text=request.query_string.decode("latin-1"),
        started_ms=stopwatch_ms(),
    )


def _query() -> Mapping[str, str]:
    """Of a parameter that comes twice the last, as Rails and PHP have it."""
    return {name: values[-1] for name, values in request.args.lists()}


def _as_spelled(underscored: frozenset[str] | None) -> Mapping[str, str]:
    """The headers as they came, those with an underscore too."""
    if not underscored:
        return request.headers  # type: ignore[return-value]  # a mapping in all that matters
    dashed = {name.replace("_", "-"): name for name in underscored}
    return {dashed.get(name.lower(), name): value for name, value in request.headers.items()}


def _read_body() -> bytes:
    """The body, of known length or chunked; raises Malformed, and TooLarge once all of it was read: clients that are
    still sending do not listen."""
    try:
        return _whole_body()
    except ValueError as error:  # a chunk's size that is no number
        give_up_reading(request.environ)
        raise Malformed(str(error)) from error


def _whole_body() -> bytes:
    is_chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    length = _MOST_DRAINED_BYTES if is_chunked else request.content_length or 0
    if length <= MOST_BODY_BYTES:
        return b"".join(_chunks(length))
    kept, size = [], 0
    for chunk in _chunks(min(length, _MOST_DRAINED_BYTES)):
        size += len(chunk)
        if size <= MOST_BODY_BYTES:
            kept.append(chunk)
    if size > MOST_BODY_BYTES:
        raise TooLarge(f"the body is above {MOST_BODY_BYTES} bytes")
    return b"".join(kept)


def _chunks(most: int) -> Iterator[bytes]:
    stream: Any = request.environ["wsgi.input"]
    while most > 0 and (chunk := stream.read(min(most, 65536))):
        most -= len(chunk)
        yield chunk


class _Answer(Response):
    """Werkzeug reads a Location to spell it right; one that is no URL, as a merchant may give it, leaves as it is."""

    def get_wsgi_headers(self, environ: Any) -> Headers:
        try:
            return super().get_wsgi_headers(environ)
        except ValueError:
            location = self.headers.pop("Location")
            headers = super().get_wsgi_headers(environ)
            headers["Location"] = location
            return headers


def _response(body: bytes, headers: Mapping[str, str], reply: Reply) -> Response:
    if reply.cut:
        cut(request.environ)
        return Response(status=500)
    if reply.truncate is not None:
        headers = {**headers, "Content-Length": str(len(body))}
        return Response(_truncated(body, reply.truncate), _status(reply.status), headers)
    response = _Answer(body, _status(reply.status), headers)
    if reply.status == 204:
        del response.headers["Content-Length"]
    if not body and "Content-Type" not in headers:
        response.headers.pop("Content-Type", None)
    return response


def _status(status: int) -> str:
    """With the reason phrase as servers spell it; Werkzeug shouts."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"


def _truncated(body: bytes, length: int) -> Any:
    yield body[:length]
    raise ConnectionCut


def _cors(origin: str) -> dict[str, str]:
    """What lets a browser's page of another origin read the answer."""
    asked = request.headers.get("Access-Control-Request-Headers", "")
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
        "Access-Control-Allow-Headers": asked or "Authorization, Content-Type",
        "Access-Control-Expose-Headers": "*, Authorization",  # which the star leaves out in browsers
        "Vary": "Origin",
    }
