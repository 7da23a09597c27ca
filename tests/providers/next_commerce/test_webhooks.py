"""Webhooks as apps manage them: made, listed, changed, switched on again, deleted."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from mock_server.providers.next_commerce.state.hooks import EVENTS
from tests.next_commerce import NextCommerce
from tests.receiver import Receiver

TARGET = "http://127.0.0.1:9/hook"
FORM = "application/x-www-form-urlencoded"


def hook_of(**fields: Any) -> dict[str, Any]:
    return {"target": TARGET, "events": ["order.created"], "name": "orders", "secret_key": "whsec_example", **fields}


def without_times(hook: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in hook.items() if name not in ("id", "created_at", "updated_at")}


class TestMaking:
    def test_what_was_asked_for_is_shown_with_the_secret(self, next_commerce: NextCommerce) -> None:
        answer = next_commerce.send("POST", "/webhooks/", hook_of(api_version="2023-02-10", active=False))

        shown = {"active": False, "api_version": "2023-02-10", "warning_count": 0, "next_check_date": None}
        assert (201, hook_of(**shown)) == (answer.status, without_times(answer.json))
        assert answer.json == next_commerce.get(f"/webhooks/{answer.json['id']}/")

    def test_what_is_left_out_is_filled_in(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", {"target": TARGET, "events": ["order.created"]})

        assert (None, True, None, None) == tuple(hook[name] for name in ("name", "active", "api_version", "secret_key"))

    def test_times_are_the_stores(self, next_commerce: NextCommerce) -> None:
        next_commerce.freeze("2026-11-20T17:00:00Z")

        hook = next_commerce.post("/webhooks/", hook_of())

        assert {"2026-11-20T12:00:00-05:00"} == {hook["created_at"], hook["updated_at"]}

    def test_a_body_as_the_demo_app_sends_it_is_good(self, next_commerce: NextCommerce) -> None:
        body = {"events": ["app.uninstalled"], "name": "gone", "target": TARGET, "secret_key": "s", "version": "x"}

        hook = next_commerce.post("/webhooks/", body)

        assert ("s", None, False) == (hook["secret_key"], hook["api_version"], "version" in hook)

    def test_a_secret_may_be_called_as_a_guide_calls_it(self, next_commerce: NextCommerce) -> None:
        body = {"target": TARGET, "events": ["order.created"], "signing_secret": "s"}

        hook = next_commerce.post("/webhooks/", body)

        assert ("s", False) == (hook["secret_key"], "signing_secret" in hook)

    def test_every_event_can_be_listened_to(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", hook_of(events=list(EVENTS)))

        assert list(EVENTS) == hook["events"]

    def test_an_event_that_is_named_twice_is_kept_once(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", hook_of(events=["order.created", "order.updated", "order.created"]))

        assert ["order.created", "order.updated"] == hook["events"]

    @pytest.mark.parametrize("events", [["order.created", "order.updated"], ["order.created"]])
    def test_forms_are_good_too(self, app: Flask, events: list[str]) -> None:
        form = urlencode({"target": TARGET, "events": events, "active": "off"}, doseq=True)
        headers = {"Authorization": "Bearer admin"}

        answer = app.test_client().post("/api/admin/webhooks/", data=form, content_type=FORM, headers=headers)

        assert (201, events, False) == (answer.status_code, answer.get_json()["events"], answer.get_json()["active"])

    @pytest.mark.parametrize(
        ("fields", "refusal"),
        [
            ({"target": None}, {"target": ["This field may not be null."]}),
            ({"target": "shop.test/hook"}, {"target": ["Enter a valid URL."]}),
            ({"target": "ftp://shop.test/hook"}, {"target": ["Enter a valid URL."]}),
            (
                {"target": f"https://shop.test/{'x' * 255}"},
                {"target": ["Ensure this field has no more than 255 characters."]},
            ),
            ({"events": ["order.created", "order.made"]}, {"events": {"1": ['"order.made" is not a valid choice.']}}),
            ({"events": [None]}, {"events": {"0": ["This field may not be null."]}}),
            ({"events": "order.created"}, {"events": ['Expected a list of items but got type "str".']}),
            ({"api_version": "2022-01-01"}, {"api_version": ['"2022-01-01" is not a valid choice.']}),
            ({"active": "perhaps"}, {"active": ["Must be a valid boolean."]}),
            ({"name": ["x"]}, {"name": ["Not a valid string."]}),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_nothing_is_kept(
        self, next_commerce: NextCommerce, fields: dict[str, Any], refusal: dict[str, Any]
    ) -> None:
        told = next_commerce.refusal("POST", "/webhooks/", hook_of(**fields))

        assert (400, refusal) == told
        assert [] == next_commerce.results("/webhooks/")

    def test_target_and_events_are_required(self, next_commerce: NextCommerce) -> None:
        required = ["This field is required."]

        assert (400, {"target": required, "events": required}) == next_commerce.refusal("POST", "/webhooks/", {})


class TestLists:
    def test_the_newest_comes_first(self, next_commerce: NextCommerce) -> None:
        made = [next_commerce.post("/webhooks/", hook_of(name=name))["id"] for name in "abc"]

        assert made[::-1] == [hook["id"] for hook in next_commerce.results("/webhooks/")]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("name=Ship", ["shipping"]),
            ("events=order.created", ["orders"]),
            ("events=order.created&events=fulfillment.created", ["shipping", "orders"]),
            ("events[]=fulfillment.created", ["shipping"]),
            ("active=false", ["shipping"]),
            ("active=true", ["orders"]),
            ("unknown=1", ["shipping", "orders"]),
        ],
    )
    def test_filters(self, next_commerce: NextCommerce, query: str, found: list[str]) -> None:
        next_commerce.post("/webhooks/", hook_of())
        next_commerce.post("/webhooks/", hook_of(name="shipping", events=["fulfillment.created"], active=False))

        assert found == [hook["name"] for hook in next_commerce.results(f"/webhooks/?{query}")]


class TestChanging:
    def test_some_fields_are_replaced_the_others_stay(self, next_commerce: NextCommerce) -> None:
        next_commerce.freeze()
        before = next_commerce.post("/webhooks/", hook_of())
        next_commerce.advance("1h")

        answer = next_commerce.send("PATCH", f"/webhooks/{before['id']}/", {"events": ["order.updated"], "id": 99})

        later = {"events": ["order.updated"], "updated_at": "2026-11-20T13:00:00-05:00"}
        assert (200, {**before, **later}) == (answer.status, answer.json)
        assert answer.json == next_commerce.get(f"/webhooks/{before['id']}/")

    def test_a_replacement_needs_target_and_events(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", hook_of())

        refused = next_commerce.refusal("PUT", f"/webhooks/{hook['id']}/", {"target": TARGET})

        assert (400, {"events": ["This field is required."]}) == refused
        assert hook == next_commerce.get(f"/webhooks/{hook['id']}/")

    def test_a_replacement_leaves_what_it_does_not_name(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", hook_of())
        body = {"target": "https://shop.test/new", "events": ["order.updated"]}

        answer = next_commerce.send("PUT", f"/webhooks/{hook['id']}/", body)

        assert (200, {**without_times(hook), **body}) == (answer.status, without_times(answer.json))

    def test_a_secret_can_be_taken_away(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", hook_of())

        answer = next_commerce.send("PATCH", f"/webhooks/{hook['id']}/", {"secret_key": ""})

        assert answer.json["secret_key"] is None

    def test_a_refused_change_changes_nothing(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", hook_of())

        refused = next_commerce.refusal("PATCH", f"/webhooks/{hook['id']}/", {"name": "x", "events": ["order.made"]})

        assert (400, {"events": {"0": ['"order.made" is not a valid choice.']}}) == refused
        assert hook == next_commerce.get(f"/webhooks/{hook['id']}/")

    @pytest.mark.parametrize("method", ["PATCH", "PUT"])
    def test_one_that_is_switched_on_again_starts_without_its_failures(
        self, next_commerce: NextCommerce, receiver: Receiver, method: str
    ) -> None:
        hook = next_commerce.post("/webhooks/", hook_of(target=receiver.url(), events=["customer.created"]))
        receiver.answers(410)
        next_commerce.post("/users/", {"email": "bo@shop.test"})
        next_commerce.advance("0s")
        given_up = next_commerce.get(f"/webhooks/{hook['id']}/")

        answer = next_commerce.send(method, f"/webhooks/{hook['id']}/", {**given_up, "active": True})

        assert (False, 1) == (given_up["active"], given_up["warning_count"])
        assert (True, 0) == (answer.json["active"], answer.json["warning_count"])
        assert [""] == [each["why_inactive"] for each in next_commerce.state("webhooks")]
        next_commerce.post("/users/", {"email": "cy@shop.test"})
        next_commerce.advance("0s")
        assert 2 == len(receiver.requests)


class TestDeleting:
    def test_it_is_gone(self, next_commerce: NextCommerce) -> None:
        hook = next_commerce.post("/webhooks/", hook_of())

        answer = next_commerce.send("DELETE", f"/webhooks/{hook['id']}/")

        assert (204, "") == (answer.status, answer.text)
        assert [] == next_commerce.results("/webhooks/")

    @pytest.mark.parametrize("method", ["GET", "PATCH", "PUT", "DELETE"])
    @pytest.mark.parametrize("id_", ["99", "made-up"])
    def test_one_that_is_not_there_is_not_found(self, next_commerce: NextCommerce, method: str, id_: str) -> None:
        refused = next_commerce.refusal(method, f"/webhooks/{id_}/", hook_of())

        assert (404, {"detail": "No Webhook matches the given query."}) == refused

    def test_a_secret_is_not_shown_to_testers(self, next_commerce: NextCommerce) -> None:
        answer = next_commerce.send("POST", "/webhooks/", hook_of())

        entry = next_commerce.control("GET", answer.headers["X-Mock-Explain"].partition("/_mock")[2]).text
        assert (True, False) == ("orders" in entry, "whsec_example" in entry)
        assert ["secret_key" in each for each in next_commerce.state("webhooks")] == [False]
