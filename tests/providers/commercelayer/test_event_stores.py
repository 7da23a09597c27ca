"""The log of what became of each record: what is in it, and that it is read by cursor."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.commercelayer import SEED_ORDER, CommerceLayer, document_of

ORDER = f"/orders/{SEED_ORDER}"


def log(shop: CommerceLayer, path: str) -> list[dict[str, Any]]:
    """The attributes of all entries, oldest first, page by page."""
    return [entry["attributes"] for page in pages(shop, f"{path}/event_stores?page[size]=25") for entry in page["data"]]


def pages(shop: CommerceLayer, path: str) -> list[dict[str, Any]]:
    """The documents that links.next leads through."""
    found = []
    while path:
        found.append(shop.get(path))
        assert len(found) < 200, "links.next leads in a circle"
        parts = urlsplit(found[-1]["links"].get("next", ""))
        path = f"{parts.path.removeprefix('/api')}?{parts.query}" if parts.path else ""
    return found


def ids(document: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in document["data"]]


def test_what_is_made_changed_and_forgotten_is_logged(commercelayer: CommerceLayer) -> None:
    order = commercelayer.create("orders", {"reference": "R-1"})["id"]
    commercelayer.update("orders", order, {"reference": "R-2"})
    commercelayer.send("DELETE", f"/orders/{order}")

    entries = [
        entry["attributes"]
        for page in pages(commercelayer, "/event_stores?page[size]=25")
        for entry in page["data"]
        if entry["attributes"]["resource_id"] == order
    ]

    assert [("orders", "create"), ("orders", "update"), ("orders", "destroy")] == [
        (entry["resource_type"], entry["event"]) for entry in entries
    ]
    assert {"reference": {"from": "R-1", "to": "R-2"}} == entries[1]["payload"]


def test_what_klarna_did_to_an_order_is_in_its_log(commercelayer: CommerceLayer) -> None:
    commercelayer.place()

    names = [name for entry in log(commercelayer, ORDER) for name in entry["payload"] if entry["event"] == "update"]

    assert {"payment_status", "payment_source_details", "status", "placed_at"} <= set(names)
    assert names.index("payment_status") < names.index("placed_at")


def test_a_change_is_told_from_what_to_what(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    commercelayer.pull("_approve", "_capture")

    changes = [entry["payload"][name] for name in ("status", "payment_status") for entry in log(commercelayer, ORDER)
               if entry["event"] == "update" and name in entry["payload"]]  # fmt: skip

    assert [
        ("pending", "placed"), ("placed", "approved"), ("unpaid", "authorized"), ("authorized", "paid"),
    ] == [(each["from"], each["to"]) for each in changes]  # fmt: skip


def test_a_change_that_changes_nothing_is_not_logged(commercelayer: CommerceLayer) -> None:
    commercelayer.update("orders", SEED_ORDER, {"reference": "R-1"})
    before = log(commercelayer, ORDER)

    commercelayer.update("orders", SEED_ORDER, {"reference": "R-1"})
    commercelayer.get(ORDER)

    assert before == log(commercelayer, ORDER)


@pytest.mark.parametrize("type_", ["klarna_payments", "authorizations", "captures", "webhooks", "klarna_gateways"])
def test_many_resources_have_one(commercelayer: CommerceLayer, type_: str) -> None:
    commercelayer.listen("https://www.example.com/hook", "orders.place")
    commercelayer.place()
    commercelayer.pull("_approve", "_capture")
    resource = commercelayer.listed(f"/{type_}")[0]["id"]

    entries = log(commercelayer, f"/{type_}/{resource}")

    assert (type_, resource, "create") == tuple(entries[0][name] for name in ("resource_type", "resource_id", "event"))


def test_the_log_has_no_log(commercelayer: CommerceLayer) -> None:
    commercelayer.place()
    entries = pages(commercelayer, "/event_stores?page[size]=25")

    types = {entry["attributes"]["resource_type"] for page in entries for entry in page["data"]}

    assert {"orders", "klarna_payments"} < types
    assert types.isdisjoint({"event_stores", "events", "event_callbacks"})


def test_secrets_are_not_in_it(commercelayer: CommerceLayer) -> None:
    told = {"name": "G", "country_code": "EU", "api_key": "KEY-of-klarna", "api_secret": "SECRET-of-klarna"}
    gateway = commercelayer.create("klarna_gateways", told)["id"]
    commercelayer.update("klarna_gateways", gateway, {"api_secret": "SECRET-of-tomorrow"})
    customer = commercelayer.create("customers", {"email": "jo@shop.test", "password": "SECRET-of-jo"})["id"]

    texts = [
        commercelayer.send("GET", f"/{path}/event_stores").text
        for path in (f"klarna_gateways/{gateway}", f"customers/{customer}")
    ]

    assert [False] * 4 == [word in text for text in texts for word in ("SECRET-of", "KEY-of")]


class TestCursor:
    @pytest.mark.parametrize("path", ["/event_stores", f"{ORDER}/event_stores"])
    def test_pages_lead_through_all_entries_without_counting_them(
        self, commercelayer: CommerceLayer, path: str
    ) -> None:
        commercelayer.place()
        all_at_once = [entry for page in pages(commercelayer, f"{path}?page[size]=25") for entry in ids(page)]

        few_at_once = pages(commercelayer, f"{path}?page[size]=2")

        assert all_at_once == [entry for page in few_at_once for entry in ids(page)]
        assert len(set(all_at_once)) == len(all_at_once) > 2
        assert all({"record_count", "page_count"}.isdisjoint(page.get("meta", {})) for page in few_at_once)
        assert all(set(page["links"]) <= {"next"} for page in few_at_once)

    def test_the_cursor_is_in_the_next_link(self, commercelayer: CommerceLayer) -> None:
        commercelayer.place()

        page = commercelayer.get(f"{ORDER}/event_stores?page[size]=1")

        query = dict(parse_qsl(urlsplit(page["links"]["next"]).query))
        assert {"page[after]", "page[size]"} == set(query)
        assert "%5B" in page["links"]["next"]

    def test_an_answer_tells_mode_and_organization_instead(self, commercelayer: CommerceLayer) -> None:
        meta = commercelayer.get("/event_stores?page[size]=1")["meta"]

        assert ["mode", "organization_id", "trace_id"] == list(meta)

    @pytest.mark.parametrize("path", ["/event_stores", f"{ORDER}/event_stores"])
    def test_sorted_and_filtered_entries_are_paged_too(self, commercelayer: CommerceLayer, path: str) -> None:
        commercelayer.place()
        wanted = "filter[q][resource_type_eq]=orders&filter[q][event_eq]=update&sort=-created_at"

        entries = [entry for page in pages(commercelayer, f"{path}?{wanted}&page[size]=1") for entry in page["data"]]

        times = [entry["attributes"]["created_at"] for entry in entries]
        assert [2, sorted(times, reverse=True)] == [len({entry["id"] for entry in entries}), times]
        assert {("orders", "update")} == {
            (entry["attributes"]["resource_type"], entry["attributes"]["event"]) for entry in entries
        }

    def test_the_last_page_has_no_next(self, commercelayer: CommerceLayer) -> None:
        page = commercelayer.get(f"{ORDER}/event_stores?page[size]=25")

        assert {} == page["links"]

    def test_other_lists_know_no_cursor(self, commercelayer: CommerceLayer) -> None:
        refused = commercelayer.refusal("GET", "/orders?page[after]=QWERtyUpBa")

        assert ["400 PARAM_NOT_ALLOWED after is not allowed."] == refused


def test_one_entry_is_read(commercelayer: CommerceLayer) -> None:
    entry = commercelayer.listed(f"{ORDER}/event_stores")[0]

    found = commercelayer.read("event_stores", entry["id"])

    assert ["orders", SEED_ORDER, "create"] == [found[name] for name in ("resource_type", "resource_id", "event")]
    assert entry["attributes"] == found


def test_nobody_writes_in_it(commercelayer: CommerceLayer) -> None:
    entry = commercelayer.listed(f"{ORDER}/event_stores")[0]["id"]

    statuses = [
        commercelayer.send(method, path, document_of("event_stores", {}, id_=entry)).status
        for method, path in (("POST", "/event_stores"), ("PATCH", f"/event_stores/{entry}"))
    ]

    assert [405, 405, 405] == [*statuses, commercelayer.send("DELETE", f"/event_stores/{entry}").status]


@pytest.mark.parametrize("path", ["/event_stores", f"{ORDER}/event_stores", f"{ORDER}?include=event_stores"])
def test_a_sales_channel_sees_none(commercelayer: CommerceLayer, path: str) -> None:
    assert 401 == commercelayer.as_sales_channel().send("GET", path).status
