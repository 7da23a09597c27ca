"""The endpoints of every resource, made from its row: list, create, retrieve, update, delete, related."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.errors import ApiError
from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED, look_into
from mock_server.core.store import Record
from mock_server.ledger.decisions import PENDING_OPTIONS
from mock_server.providers.commercelayer import errors
from mock_server.providers.commercelayer.auth import Principal, principal_of, require
from mock_server.providers.commercelayer.errors import JSON_API
from mock_server.providers.commercelayer.resources import RESOURCES
from mock_server.providers.commercelayer.resources.rows import CREATE, DELETE, LIST, RETRIEVE, UPDATE, Resource
from mock_server.providers.commercelayer.state.account import application, organization
from mock_server.providers.commercelayer.state.tokens import SALES_CHANNEL
from mock_server.web.operations import Call, Operation, Outcomes, Reply

if TYPE_CHECKING:
    from mock_server.providers.commercelayer.actions import act as acts
    from mock_server.providers.commercelayer.actions import resources as actions
    from mock_server.providers.commercelayer.jsonapi import documents, queries
    from mock_server.providers.commercelayer.schemas import documents as schemas
    from mock_server.providers.commercelayer.state import access
else:
    _HERE = "mock_server.providers.commercelayer"
    acts, actions = Later(f"{_HERE}.actions.act"), Later(f"{_HERE}.actions.resources")
    documents, queries = Later(f"{_HERE}.jsonapi.documents"), Later(f"{_HERE}.jsonapi.queries")
    schemas, access = Later(f"{_HERE}.schemas.documents"), Later(f"{_HERE}.state.access")

BASE = "/api"
_DOCS = "https://docs.commercelayer.io/core-api-reference/"
_ORDER_OUTCOMES: Outcomes = {
    ACCEPTED: {}, "pending": PENDING_OPTIONS, "declined": {}, "expired": {}, "amounts_mismatch": {},
    "authorized": {},
}  # fmt: skip
_OUTCOMES: Mapping[tuple[str, str], Outcomes] = {("orders", "update"): _ORDER_OUTCOMES}
_READ = (errors.InvalidInclude, errors.InvalidField, errors.InvalidResource)
_LISTED = (
    *_READ, errors.InvalidSortCriteria, errors.FilterNotAllowed, errors.InvalidFiltersSyntax,
    errors.InvalidFilterValue, errors.InvalidPageValue, errors.InvalidPageObject, errors.ParamNotAllowed,
)  # fmt: skip
_WRITTEN = (
    *_READ, errors.Unprocessable, errors.ParamMissing, errors.ParamNotAllowed, errors.InvalidLinksObject,
    errors.TypeMismatch, errors.InvalidDataFormat, errors.BadRequest, errors.UnsupportedMediaType,
)  # fmt: skip
_FOUND = (errors.RecordNotFound, errors.RecordNotFoundAtEdge)
_RELATED = "related"
_OF_VERB: Mapping[str, tuple[type[ApiError], ...]] = {
    LIST: _LISTED,
    CREATE: _WRITTEN,
    RETRIEVE: (*_FOUND, *_READ),
    UPDATE: (*_FOUND, *_WRITTEN, errors.KeyNotIncludedInUrl, errors.KeyOrderMismatch),
    DELETE: (*_FOUND, errors.Locked),
    _RELATED: (*_FOUND, *_LISTED),
}


def _negotiate(call: Call) -> None:
    """Writes come as JSON:API, answers are taken as such; raises UnsupportedMediaType, NotAcceptable.

    A missing Accept or ``*/*`` will do, and parameters of the media type do not count.
    """
    sent = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if call.method in ("POST", "PATCH") and sent != JSON_API:
        raise errors.UnsupportedMediaType(
            f"All requests that create or update must use the '{JSON_API}' Content-Type."
            f" This request specified '{call.headers.get('content-type', '')}'."
        )
    accepted = [each.partition(";")[0].strip().lower() for each in call.headers.get("accept", "*/*").split(",")]
    if not {JSON_API, "*/*", "application/*", ""} & set(accepted):
        raise errors.NotAcceptable(
            f"All requests must use the '{JSON_API}' Accept without media type parameters."
            f" This request specified '{call.headers['accept']}'."
        )


def _may(call: Call, row: Resource, verb: str) -> None:
    principal = principal_of(call)
    if not (verb == LIST and row.is_own and principal.customer_id):
        require(principal, row.sales, verb)


def _query(call: Call, row: Resource, *, is_list: bool = False) -> queries.Query:
    principal = principal_of(call)
    return queries.read_query(row, call.query, is_list=is_list, check=lambda type_: _may_read(principal, type_))


def _may_read(principal: Principal, type_: str) -> None:
    if type_ in RESOURCES:
        require(principal, RESOURCES[type_].sales, RETRIEVE)


def _writer(call: Call, query: queries.Query) -> documents.Writer:
    principal = principal_of(call)
    meta = {
        "mode": principal.mode,
        "organization_id": principal.organization_id,
        "trace_id": f"{call.world.ids.draw('commercelayer.trace').getrandbits(256):064x}",
    }
    viewer = _viewer(call)

    def check(record: Record, owner: Record) -> None:
        _may_read(principal, record["type"])
        if record["type"] != "customers":  # an order shows whose it is
            access.check(call.world, viewer, record)
        if owner["type"] == "customers":
            access.check(call.world, viewer, owner)

    def is_offered(record: Record) -> bool:
        return access.is_offered(call.world, viewer, record)

    return documents.Writer(call.world, call.base_url, meta, query, check, is_offered, hides=viewer.is_sales)


def _viewer(call: Call) -> access.Viewer:
    principal = principal_of(call)
    return access.Viewer(principal.kind == SALES_CHANNEL, principal.market_ids, principal.customer_id)


def _act(call: Call) -> acts.Act:
    return acts.Act(call.world, _viewer(call), call.base_url, call.decision)


def _found(row: Resource, verb: str) -> Callable[[Call], Any]:
    def find(call: Call) -> Record:
        _negotiate(call)
        _may(call, row, verb)
        if row.is_single:
            return _single(call, row)
        found = actions.find(call.world, row.type, call.path_args["id"])
        access.check(call.world, _viewer(call), found)
        return found

    return find


def _single(call: Call, row: Resource) -> Record:
    if row.type == "organization":
        return organization(call.world)
    claims = call.credential.claims
    told = claims.get("application") or {}
    return application(told.get("id", "kLrnaMockX"), principal_of(call).kind, claims.get("scope", "market:all"))


def _allowed(row: Resource, verb: str) -> Callable[[Call], Any]:
    def check(call: Call) -> None:
        _negotiate(call)
        _may(call, row, verb)

    return check


def _operations(row: Resource) -> Iterator[Operation]:
    path = f"{BASE}/{row.type}"
    one = path if row.is_single else f"{path}/<id>"
    named = row.type

    def declare(
        name: str, method: str, where: str, verb: str, view: Callable[[Call], Reply], **declared: Any
    ) -> Operation:
        view.__name__ = name
        return Operation(
            f"commercelayer.{named}.{name}", method, where, view, f"{_DOCS}{named}",
            outcomes=_OUTCOMES.get((named, name), {ACCEPTED: {}}), errors=(*_OF_VERB[verb], *errors.COMMON), **declared,
        )  # fmt: skip

    def list_(call: Call) -> Reply:
        query = _query(call, row, is_list=True)
        found, count = actions.listed(call.world, row, query, _viewer(call))
        return Reply(_writer(call, query).many(found, path=path, type_=_view(row), count=count))

    def create(call: Call) -> Reply:
        query, act = _query(call, row), _act(call)
        return Reply(_writer(call, query).single(actions.create(act, row.type, call.body)), 201)

    def retrieve(call: Call) -> Reply:
        return Reply(_writer(call, _query(call, row)).single(call.found, _view(row)))

    def update(call: Call) -> Reply:
        query, act = _query(call, row), _act(call)
        return Reply(_writer(call, query).single(actions.update(act, call.found, call.body)))

    def delete(call: Call) -> Reply:
        actions.delete(_act(call), call.found)
        return Reply(None, 204)

    if LIST in row.verbs:
        yield declare("list", "GET", path, LIST, list_, find=_allowed(row, LIST))
    if CREATE in row.verbs:
        yield declare(
            "create", "POST", path, CREATE, create, find=_allowed(row, CREATE), purchase=_purchase,
            load=lambda call: schemas.load_document(call, row, schemas.CREATE),
            schema=lambda: schemas.schema_of(row.type, schemas.CREATE),
        )  # fmt: skip
    if RETRIEVE in row.verbs:
        yield declare("retrieve", "GET", one, RETRIEVE, retrieve, find=_found(row, RETRIEVE))
    if UPDATE in row.verbs:
        yield declare(
            "update", "PATCH", one, UPDATE, update, find=_found(row, UPDATE), purchase=_purchase,
            load=lambda call: schemas.load_document(call, row, schemas.UPDATE, call.path_args["id"]),
            schema=lambda: schemas.schema_of(row.type, schemas.UPDATE),
        )  # fmt: skip
    if DELETE in row.verbs:
        yield declare("delete", "DELETE", one, DELETE, delete, find=_found(row, DELETE))
    if row.relations:
        yield declare(
            "related", "GET", f"{one}/<name>", _RELATED, _related(row), find=_found(row, RETRIEVE),
            aliases=(f"{one}/<any(relationships):links>/<name>",),
        )  # fmt: skip


def _view(row: Resource) -> str:
    """Records of several types are shown as the one they are asked for as."""
    return row.type if row.type in actions.VIEWS else ""


def _purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.*: the order as Klarna will, when there is one behind the request."""
    from mock_server.providers.commercelayer.state.purchases import seen_by_rules  # not before a rule asks

    if "id" in call.path_args:
        return seen_by_rules(call.world, call.path.split("/")[2], call.path_args["id"])
    order_id = look_into(call.json, ["data", "relationships", "order", "data", "id"])
    return seen_by_rules(call.world, "orders", str(order_id))


def _related(row: Resource) -> Callable[[Call], Reply]:
    def related_(call: Call) -> Reply:
        """What a relationship leads to, or with /relationships/ before its name, only which."""
        name = call.path_args["name"]
        relation = row.relations.get(name)
        if relation is None:
            raise errors.RecordNotFound.because(f"{row.type} have no relationship {name}")
        known = [type_ for type_ in relation.types if type_ in RESOURCES]
        if not known:
            raise errors.RecordNotFound.because(f"{', '.join(relation.types)} are not emulated")
        target = RESOURCES[known[0]]
        _may(call, target, RETRIEVE)
        query = _query(call, target, is_list=relation.is_many)
        writer = _writer(call, query)
        behind = writer.behind(call.found, relation)
        if "links" in call.path_args:
            return Reply(writer.linkage(call.found, relation, behind))
        if not relation.is_many:
            return Reply(writer.single(behind[0] if behind else None))
        found, count = actions.chosen(call.world, target.type, behind, query)
        path = f"{BASE}/{row.type}/{call.found['id']}/{name}"
        return Reply(writer.many(found, path=path, count=count))

    return related_


def unknown(path: str) -> str:
    """What is said of a path that no operation has."""
    type_ = path.removeprefix(BASE).strip("/").partition("/")[0]
    if type_ and type_ not in RESOURCES:
        return f"{type_} are not emulated, or no resource; there are: {', '.join(RESOURCES)}"
    return ""


RESOURCE_OPERATIONS = tuple(operation for row in RESOURCES.values() for operation in _operations(row))
