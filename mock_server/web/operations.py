"""How an endpoint is declared: Operation, the Provider it belongs to, the Call it gets and the Reply it gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mock_server.core.errors import ApiError, Misused
from mock_server.core.holds import Turn
from mock_server.core.outbox import Manners
from mock_server.core.rules import ACCEPTED, Catalog, Choices, Decision, Option
from mock_server.core.world import Handler, Listener, World

Outcomes = Mapping[str, Mapping[str, Option]]  # outcome -> its options by name
ONLY_ACCEPTED: Outcomes = {ACCEPTED: {}}


@dataclass(frozen=True)
class Credential:
    """Who is asking, and which world that names."""

    user: str
    password: str = field(default="", repr=False)
    world: str = "default"
    claims: Mapping[str, Any] = field(default_factory=dict)  # what it says besides: of an access token


@dataclass(eq=False, repr=False)
class Call:
    """One request on its way; each step of the road fills in what it learns."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    wire_headers: Mapping[str, str]  # names as they came
    remote: str  # the caller's address
    base_url: str  # of this server, as the caller sees it: http://127.0.0.1:8080
    read_body: Callable[[], bytes]  # raises TooLarge
    path_args: Mapping[str, str] = field(default_factory=dict)
    query_text: str = ""  # the query as it came, for who wants every value of a parameter that comes twice
    operation: str = ""  # name of the one that was found; none: the path or the method is unknown
    underscored: frozenset[str] | None = None  # names of headers that came with an underscore; None: nobody knows
    started_ms: float = 0.0  # a stopwatch's reading
    extra_headers: dict[str, str] = field(default_factory=dict)  # for the answer, whatever it will be
    trace_id: str = ""  # the provider's id of this request: correlation id, trace id
    has_read: bool = False  # whether somebody looked at the body, be it in vain
    raw: bytes = b""  # the body as it came
    text: str = ""  # the same as text
    json: Any = None  # the body, parsed; None when there was none or it is no JSON
    credential: Credential = Credential("")
    world: World = None  # type: ignore[assignment]  # the road's first step sets it, before any view
    decision: Decision = Decision()
    turn: Turn | None = None  # its place among requests that wait; None: no rule was asked yet
    found: Any = None  # what the operation's ``find`` found
    body: Any = None  # the body, loaded by the operation's schema

    def read(self) -> str:
        """The body as it came, read when first asked for; raises TooLarge, Malformed."""
        if not self.has_read:
            self.has_read = True
            self.raw = self.read_body()
            self.text = self.raw.decode("utf-8", "replace")
        return self.text


@dataclass(frozen=True, eq=False)
class Reply:
    """An answer before it becomes bytes; ``body`` None sends none."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = None  # None: the provider's own for JSON
    cut: bool = False  # send nothing at all, close the connection
    truncate: int | None = None  # send so many bytes of the body, then close the connection


View = Callable[[Call], Reply]
Work = Callable[[], Reply]  # steps 3 and 4 of the road, yet to be walked


@dataclass(frozen=True, eq=False, repr=False)
class Operation:
    """One endpoint; its name is its address for rules, journal, documents and tests."""

    name: str  # klarna.payments.create_order
    method: str
    path: str  # Flask's spelling: /payments/v1/sessions/<session_id>
    view: View
    docs: str  # link to the provider's own page
    load: Callable[[Call], Any] | None = None  # checks and reads the body; None: there is none to read
    find: Callable[[Call], Any] | None = None  # what the path names; refused before the body is looked at
    purchase: Callable[[Call], Mapping[str, Any]] | None = None  # what rules see as purchase.*
    aliases: tuple[str, ...] = ()
    outcomes: Outcomes = field(default_factory=lambda: ONLY_ACCEPTED)
    errors: tuple[type[ApiError], ...] = ()
    schema: Callable[[], type] | None = None  # of the request body, for documents
    public: bool = False  # a page for browsers: no credentials
    # answers instead of the work, or after it: a repeated request gets the first answer again
    once: Callable[[Call, Work], Reply] | None = None
    parse: Callable[[Call], Any] | None = None  # reads another body than JSON: a form; raises Malformed

    @property
    def is_control(self) -> bool:
        """Whether it steers this server rather than being emulated: not journaled, no rules apply."""
        return self.name.startswith("control.")

    @property
    def is_own(self) -> bool:
        """Whether only this server has it, below /_mock: no body is an empty one, ``?world=`` names the world."""
        return self.path.startswith("/_mock")

    @property
    def choices(self) -> Choices:
        names = {error.__name__: error for error in self.errors}
        codes = {error.code: error for error in reversed(self.errors) if error.code}
        return Choices(self.outcomes, frozenset(names | codes))

    def canned(self, name: str) -> type[ApiError]:
        """The error of this class name or code; of several with one code the one declared first."""
        for error in self.errors:
            if name == error.__name__:
                return error
        return next(error for error in self.errors if name == error.code)


def operation(
    name: str, method: str, path: str, *, docs: str, **declared: Any
) -> Callable[[View], Operation]:
    """Declare the function below as the view of ``<name>.<its own name>``; the rest is Operation's fields."""

    def declare(view: View) -> Operation:
        return Operation(f"{name}.{view.__name__}", method, path, view, docs, **declared)

    return declare


def chosen(decision: Decision, asked: Mapping[str, Any], outcomes: Outcomes) -> Decision:
    """The decision, unless the body of a shopper's act names an ``outcome`` itself; raises Misused."""
    outcome = asked.get("outcome")
    if outcome is None:
        return decision
    if outcome not in outcomes:
        raise Misused(f"outcome: {outcome!r} is none of {', '.join(outcomes)}")
    strangers = {name for options in outcomes.values() for name in options} - set(outcomes[outcome])
    for name in sorted(strangers & set(asked)):
        raise Misused(f"{name}: no option of outcome {outcome}")
    options = {name: asked[name] for name in outcomes[outcome] if name in asked}
    for name, value in options.items():
        try:
            outcomes[outcome][name].check(value)
        except ValueError as error:
            raise Misused(f"{name}: {error}") from error
    return replace(decision, outcome=outcome, options=options, decided_by="this call")


@dataclass(frozen=True, eq=False, repr=False)
class Provider:
    """One face: where it is found and how it speaks."""

    name: str
    title: str
    base_path: str  # behind the server's address, for clients' base URL
    hosts: tuple[str, ...]  # patterns of the real hosts: api*.klarna.com
    prefixes: tuple[str, ...]  # of paths that are this provider's
    operations: tuple[Operation, ...]
    authenticate: Callable[[Call], Credential]  # raises Unauthorised
    render: Callable[[ApiError, Call], Reply]  # a refusal in the provider's shape
    write: Callable[[Reply, Call], tuple[bytes, Mapping[str, str]]]  # the body as bytes, the headers of every answer
    admit: Callable[[Call], None] = lambda call: None  # wrong passwords, rate limits; raises
    listeners: Mapping[str, Sequence[Listener]] = field(default_factory=dict)
    unknown: Callable[[str], str] = lambda path: ""  # what the journal says of a path that no operation has
    not_emulated: Mapping[str, str] = field(default_factory=dict)  # prefix of real paths -> why not
    controls: tuple[Operation, ...] = ()  # what only this server has: a shopper's acts, under /_mock/<name>
    credentials: Callable[[str, str], dict[str, Any]] = lambda world, url: {}  # what a client in that world is told
    alarms: Mapping[str, Handler] = field(default_factory=dict)  # name of an alarm -> what is done when it goes off
    choices: Catalog = field(default_factory=dict)  # what rules may choose besides operations: of webhooks
    manners: Manners | None = None  # of its webhooks
    states: Mapping[str, str] = field(default_factory=dict)  # what /_mock/state shows: name in the URL -> kind
    hidden: tuple[str, ...] = ()  # members of those records that it does not show
    secrets: tuple[str, ...] = ()  # members of request bodies that the journal hides
    told_secrets: tuple[str, ...] = ()  # the same of answers
    furnish: Callable[[World], None] = lambda world: None  # puts into a world what is there from the start, once
    overrides_method: bool = False  # whether POST with X-HTTP-Method-Override is what that says
