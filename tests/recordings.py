"""Recorded traffic of Commerce Layer, replayed against this server: ``.venv/bin/python -m tests.recordings``.

Statuses, headers, key sets, JSON types and what does not depend on the moment are compared. What the service itself has
changed since is listed in CHANGES with its reason; anything else is printed, and the exit status is 1. The recordings
are other people's and no part of this project; where they are not there is nothing to do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from flask.testing import FlaskClient

from mock_server.app import create_app
from mock_server.settings import Settings

FOLDER = Path(__file__).parents[2] / "shared/reference/commercelayer/recorded/real"
REPLAYED = ("klarna_gateways", "payment_methods", "webhooks", "markets")
JSON_API = "application/vnd.api+json"
HEADERS = (
    "content-type", "cache-control", "vary", "x-ratelimit-limit", "x-ratelimit-interval", "retry-after", "location",
)  # fmt: skip
OF_THE_MOMENT = frozenset({
    "id", "self", "related", "created_at", "updated_at", "organization_id", "trace_id", "shared_secret", "number",
})  # fmt: skip


class Change(NamedTuple):
    """What the service itself has gained or lost since, of what was recorded there."""

    where: str
    names: str
    what: str
    why: str


CHANGES = (
    Change("*", "relationships.versions", "lost", "event_stores took its place in schema 7.10"),
    Change("*", "relationships.event_stores", "gained", "since schema 7.9.5"),
    Change("*gateways", "attributes.disabled_at", "gained", "since January 2026"),
    Change("* klarna_gateways", "attributes.force_payments", "gained", "since January 2026"),
    Change("* klarna_gateways", "attributes.credential_keys", "gained", "since schema 7.10.3"),
    Change("* payment_methods*", "relationships.store", "gained", "schema 7.10 has it"),
    Change("payment_methods 2023", "relationships.store", "gained", "schema 7.10 has it"),
    Change("payment_methods 2023", "attributes.auto_place", "gained", "schema 7.10 has it"),
    Change("* 2023", "attributes.payment_method_type", "gained", "of transactions since February 2026"),
    Change("* 2023", "relationships.payment_source", "gained", "of transactions since December 2024"),
    Change("captures 2023", "relationships.return", "gained", "schema 7.10 has it"),
    Change("* 202[23]", "meta.trace_id", "gained", "seen since 2024, not yet in payloads of webhooks"),
    Change("DELETE * 204", "headers.cache-control", "'max-age=0*'no-cache'", "recorded in 2025 as of other answers"),
    Change("* markets", "attributes.external_includes", "gained", "schema 7.10 has it"),
    Change("* markets", "relationships.order_validation_rules", "lost", "schema 7.10 has it no more"),
    Change(
        "* markets",
        "relationships.discount_engine relationships.default_shipping_method relationships.default_payment_method"
        " relationships.stores",
        "gained", "schema 7.10 has them",
    ),
    Change(
        "* markets",
        "attributes.code attributes.checkout_url attributes.external_prices_url attributes.shipping_cost_cutoff"
        " attributes.reference attributes.reference_origin attributes.external_order_validation_url",
        "*, was *", "the plan of the organization that was recorded did not let them be written",
    ),
    Change("orders 2022", "attributes.number", "string *, was number *", "a string in schema 7.10"),
    Change("orders 2022", "attributes.gift_card_or_coupon_code", "lost", "only to be written in schema 7.10"),
    Change(
        "orders 2022", "attributes.payment_source_details.payment_method_details", "gained",
        "the later of the two orders has it",
    ),
    Change(
        "orders 2022",
        "attributes.affiliate_code attributes.place_async attributes.customer_type attributes.payment_method_taxable"
        " attributes.adjustment_taxable attributes.gift_card_taxable attributes.place_total_amount_cents"
        " attributes.place_total_amount_float attributes.formatted_place_total_amount attributes.validations_count"
        " attributes.errors_count attributes.subscription_created_at attributes.expiration_info"
        " attributes.circuit_state attributes.circuit_failure_count",
        "gained", "schema 7.10 has them",
    ),
    Change(
        "orders 2022",
        "relationships.store relationships.default_shipping_method relationships.default_payment_method"
        " relationships.discount_engine_item relationships.line_item_options relationships.stock_reservations"
        " relationships.stock_line_items relationships.stock_transfers relationships.payment_options"
        " relationships.returns relationships.order_subscription relationships.order_factories"
        " relationships.recurring_order_copies relationships.notifications relationships.links"
        " relationships.resource_errors relationships.tags",
        "gained", "schema 7.10 has them",
    ),
    Change(
        "webhook 2024",
        "attributes.shopper_reference attributes.profile_id attributes.tax_exemption_code attributes.jwt_custom_claim"
        " attributes.anonymization_info attributes.anonymization_status relationships.jwt_customer"
        " relationships.jwt_markets relationships.jwt_stock_locations",
        "gained", "schema 7.10 has them",
    ),
)  # fmt: skip
KNOWN = tuple(f"{change.where} {name}: {change.what}" for change in CHANGES for name in change.names.split())


@dataclass
class Report:
    """Differences so far, and which of the known changes were met."""

    differences: list[str] = field(default_factory=list)
    met: set[str] = field(default_factory=set)

    def add(self, found: Iterable[str]) -> None:
        for text in found:
            known = [pattern for pattern in KNOWN if fnmatchcase(text, pattern)]
            self.met.update(known)
            if not known and text not in self.differences:
                self.differences.append(text)

    def all(self) -> list[str]:
        """A change that nothing showed is out of date, and one more difference."""
        return self.differences + [f"CHANGES: nothing shows {text}" for text in KNOWN if text not in self.met]


def main() -> int:
    if not FOLDER.is_dir():
        print(f"There are no recordings at {FOLDER}: nothing to compare.")
        return 0
    report, client = Report(), create_app(Settings()).test_client()
    shop = Shop(client)
    for name in REPLAYED:
        report.add(replayed(shop, name))
    report.add(of_refusals(shop))
    report.add(of_the_edge(shop))
    order = shop.sold()
    report.add(of_orders(shop, order))
    report.add(of_transactions(shop, order))
    report.add(of_a_webhook(shop))
    for text in report.all():
        print(text)
    print(f"{len(report.all())} differences; {len(report.met)} known changes")
    return 1 if report.all() else 0


class Shop:
    """An integration's calls, in one process."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client

    def send(self, method: str, path: str, body: Any = None) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers with names in lower case, and the body, None when there is none."""
        headers = {"Authorization": "Bearer token_world-recordings", "Accept": JSON_API, "Content-Type": JSON_API}
        data = None if body is None else json.dumps(body)
        with self._client.open(path, method=method, headers=headers, data=data) as answer:
            text = answer.get_data(as_text=True)
            told = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status_code, told, json.loads(text) if text else None

    def control(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"X-Mock-World": "recordings"}
        with self._client.open(f"/_mock{path}", method=method, headers=headers, json=body) as answer:
            assert answer.status_code // 100 == 2, answer.get_data(as_text=True)
            return answer.json

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """The body of a success."""
        status, _, answer = self.send(method, path, body)
        assert status // 100 == 2, f"{method} {path}: {status} {answer}"
        return answer

    def change(self, type_: str, id_: str, **attributes: Any) -> None:
        self.done("PATCH", f"/api/{type_}/{id_}", {"data": {"type": type_, "id": id_, "attributes": attributes}})

    def create(self, type_: str, relations: Mapping[str, tuple[str, str]] | None = None, **attributes: Any) -> Any:
        links = {name: {"data": {"type": to[0], "id": to[1]}} for name, to in (relations or {}).items()}
        body = {"data": {"type": type_, "attributes": attributes, "relationships": links}}
        return self.done("POST", f"/api/{type_}", body)["data"]

    def sold(self) -> str:
        """The seeded order, paid with Klarna, approved, and captured; its id."""
        (order,) = self.done("GET", "/api/orders?filter[q][status_eq]=pending")["data"]
        payment = self.create("klarna_payments", {"order": ("orders", order["id"])})
        session = {"session_id": payment["attributes"]["session_id"]}
        token = self.control("POST", "/klarna/authorizations", session)["authorization_token"]
        self.change("klarna_payments", payment["id"], auth_token=token)
        for trigger in ("_place", "_approve", "_capture"):
            self.change("orders", order["id"], **{trigger: True})
        return str(order["id"])


def _recorded(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def replayed(shop: Shop, type_: str) -> Iterator[str]:
    """The exchanges in order; ids as they were are ours by what was created, foreign ones by their kind."""
    ids: dict[str, str] = {}
    for exchange in _recorded(f"{type_}_crud_2024-10-24")["exchanges"]:
        asked, told = exchange["request"], exchange["response"]
        path = "/".join(ids.get(part, part) for part in asked["url"].split("/"))
        status, headers, body = shop.send(asked["method"], path, _with_our_ids(shop, asked["body"], ids))
        where = f"{asked['method']} {type_}"
        if status == 201:
            ids[told["body"]["data"]["id"]] = body["data"]["id"]
        if status != told["status"]:
            yield f"{where} status: {status} {body}, was {told['status']}"
            continue
        yield from of_headers(f"{where} {status}", headers, told["headers"])
        yield from differences(where, "", body, told["body"])


def _with_our_ids(shop: Shop, body: Any, ids: Mapping[str, str]) -> Any:
    if body is None:
        return None
    data = {**body["data"]}
    if "id" in data:
        data["id"] = ids[data["id"]]
    for name, link in data.get("relationships", {}).items():
        type_ = link["data"]["type"] if link["data"] else ""
        if type_:
            ours = shop.done("GET", f"/api/{type_}?page[size]=1")["data"][0]["id"]
            data["relationships"] = {**data["relationships"], name: {"data": {"type": type_, "id": ours}}}
    return {"data": data}


def of_refusals(shop: Shop) -> Iterator[str]:
    """A refusal that comes by itself, and one that a rule asks for."""
    for name, status, error in (("error_404_2024-10-24", 404, ""), ("error_429_throttled", 429, "Throttled")):
        told, where = _recorded(name)["response"], f"GET addresses {status}"
        headers, body = _refused(shop, "addresses", status, error)
        yield from of_headers(where, headers, told["headers"])
        yield from differences(where, "", body, told["body"])


def of_the_edge(shop: Shop) -> Iterator[str]:
    """Records that the edge does not find; of these only the headers were counted."""
    for row in _recorded("header_statistics")["2025-07-11"]:
        if (row["method"], row["status"]) != ("GET", 404):
            continue
        type_ = "skus" if row["class"] == "cacheable" else "addresses"
        headers, _ = _refused(shop, type_, 404, "RecordNotFoundAtEdge")
        told = {"x-ratelimit-limit": row["limit"], "x-ratelimit-interval": row["interval"]}
        told |= {name.replace("_", "-"): row[name] for name in ("content_type", "cache_control", "vary")}
        yield from of_headers(f"GET {type_} 404 of the edge", headers, told)


def _refused(shop: Shop, type_: str, status: int, error: str) -> tuple[Mapping[str, str], Any]:
    """Headers and body of a refusal to retrieve a record."""
    if error:
        when = {"operation": f"commercelayer.{type_}.retrieve"}
        shop.control("POST", "/rules", {"when": when, "then": {"error": error}, "times": 1})
    ours, headers, body = shop.send("GET", f"/api/{type_}/nObOdyKnow")
    assert status == ours, body
    return headers, body


def of_headers(where: str, ours: Mapping[str, str], recorded: Mapping[str, str]) -> Iterator[str]:
    then = {name.lower(): value for name, value in recorded.items()}
    for name in HEADERS:
        if ours.get(name) != then.get(name):
            yield f"{where} headers.{name}: {ours.get(name)!r}, was {then.get(name)!r}"


def of_orders(shop: Shop, order_id: str) -> Iterator[str]:
    ours = shop.done("GET", f"/api/orders/{order_id}")["data"]
    for recorded in _recorded("orders_paid_with_klarna_2022")["complete"]:
        yield from differences("orders 2022", "", ours, recorded, is_alike=False)


def of_transactions(shop: Shop, order_id: str) -> Iterator[str]:
    """Each included resource against ours of its type."""
    include = "authorizations,captures,payment_method"
    ours = {each["type"]: each for each in shop.done("GET", f"/api/orders/{order_id}?include={include}")["included"]}
    for recorded in _recorded("transactions_stripe_order_2023")["included"]:
        yield from differences(f"{recorded['type']} 2023", "", ours[recorded["type"]], recorded, is_alike=False)


def of_a_webhook(shop: Shop) -> Iterator[str]:
    told = _recorded("webhook_customers_create_2024")
    url = "http://127.0.0.1:9/hook"
    shop.create("webhooks", topic=told["headers"]["x-commercelayer-topic"], callback_url=url)
    shop.create("customers", email="recorded@shop.test")
    listed = shop.control("GET", "/webhooks")
    message = shop.control("GET", f"/webhooks/{listed[0]['id']}")
    sent = {name.lower() for name in message["headers"]}
    yield from (f"webhook 2024 headers.{name}: lost" for name in told["headers"] if name not in sent)
    body = message["body"] if isinstance(message["body"], dict) else json.loads(message["body"])
    yield from differences("webhook 2024", "", body, told["body"], is_alike=False)


def differences(where: str, path: str, ours: Any, recorded: Any, *, is_alike: bool = True) -> Iterator[str]:
    """Keys, types and, of exchanges that ask alike, values; otherwise null is as good as anything."""
    name = path.rpartition(".")[2]
    if not is_alike and None in (ours, recorded):
        return
    if _type(ours) != _type(recorded):
        yield f"{where} {path}: {_type(ours)} {json.dumps(ours)}, was {_type(recorded)} {json.dumps(recorded)}"
    elif isinstance(recorded, dict):
        yield from _of_objects(where, path, ours, recorded, is_alike)
    elif isinstance(recorded, list):
        for mine, theirs in zip(ours, recorded, strict=False):
            yield from differences(where, path, mine, theirs, is_alike=is_alike)
        if is_alike and len(ours) != len(recorded):
            yield f"{where} {path}: {len(ours)} items, were {len(recorded)}"
    elif is_alike and name not in OF_THE_MOMENT and ours != recorded:
        yield f"{where} {path}: {json.dumps(ours)}, was {json.dumps(recorded)}"


def _of_objects(
    where: str, path: str, ours: Mapping[str, Any], recorded: Mapping[str, Any], is_alike: bool
) -> Iterator[str]:
    def below(name: str) -> str:
        return f"{path}.{name}".lstrip(".").removeprefix("data.")

    yield from (f"{where} {below(name)}: lost" for name in recorded if name not in ours)
    yield from (f"{where} {below(name)}: gained" for name in ours if name not in recorded)
    if path.endswith("metadata"):
        return  # the client's own
    for name in recorded:
        if name in ours:
            yield from differences(where, below(name), ours[name], recorded[name], is_alike=is_alike)


def _type(value: Any) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else kinds[type(value)]


if __name__ == "__main__":
    sys.exit(main())
