"""Statuses, headers and bytes of Order Management, as recorded on the playground 2021-09-17."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from mock_server.providers.klarna.routes.order_management import ORDER_MANAGEMENT_OPERATIONS

from ..conftest import Klarna, klarna_with
from ..orders import ALL, NOBODY, Orders, assert_refused
from ..refusals import ON_ANY_ANSWER, UUID, assert_is_gateway_page

PAGE = (
    '<!doctype html><html lang="en"><head><title>HTTP Status 400 \u2013 Bad Request</title><style type="text/css">'
    "body {font-family:Tahoma,Arial,sans-serif;} h1, h2, h3, b {color:white;background-color:#525D76;}"
    " h1 {font-size:22px;} h2 {font-size:16px;} h3 {font-size:14px;} p {font-size:12px;} a {color:black;}"
    " .line {height:1px;background-color:#525D76;border:none;}</style></head><body>"
    "<h1>HTTP Status 400 \u2013 Bad Request</h1></body></html>"
)


@pytest.fixture
def orders(klarna: Klarna) -> Orders:
    return Orders(klarna)


def test_there_are_nineteen_operations() -> None:
    assert {operation.name.rpartition(".")[2] for operation in ORDER_MANAGEMENT_OPERATIONS} == set(ALL)
    assert 19 == len(ORDER_MANAGEMENT_OPERATIONS)


@pytest.mark.parametrize("operation", [name for name, (method, _, _) in ALL.items() if method == "GET"])
def test_what_is_read_is_plain_json(orders: Orders, operation: str) -> None:
    order_id = orders.place()
    capture_id, refund_id = orders.capture(order_id, 100), orders.refund(order_id, 50)
    path = ALL[operation][1].replace("<capture>", refund_id if operation == "read_refund" else capture_id)

    answer = orders.ask("GET", order_id + path)

    assert 200 == answer.status_code
    assert ("application/json", "Accept-Encoding") == (answer.headers["Content-Type"], answer.headers["Vary"])
    assert not {"Transaction-Id", "Render-Time"} & set(answer.headers.keys())
    assert UUID.fullmatch(answer.headers["Klarna-Correlation-Id"])
    assert json.dumps(answer.get_json(), separators=(",", ":"), ensure_ascii=False) == answer.text


@pytest.mark.parametrize("operation", [name for name, (method, _, _) in ALL.items() if method != "GET"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_what_is_written_is_a_transaction_without_a_body(orders: Orders, operation: str, slash: str) -> None:
    order_id = orders.place()
    method, path, body = ALL[operation]
    needs_one = "<capture>" in path or operation in ("create_refund", "release_remaining_authorization")
    capture_id = orders.capture(order_id, 100) if needs_one else ""
    if operation == "update_authorization":
        body = {"order_amount": 24000}

    answer = orders.ask(method, order_id + path.replace("<capture>", capture_id) + slash, body)

    is_new = operation in ("create_capture", "create_refund")
    assert (201 if is_new else 204, b"") == (answer.status_code, answer.data)
    assert UUID.fullmatch(answer.headers["Transaction-Id"])
    assert UUID.fullmatch(answer.headers["Klarna-Correlation-Id"])
    assert ON_ANY_ANSWER == {name: answer.headers[name] for name in ON_ANY_ANSWER}
    assert not {"Content-Type", "Render-Time", "Vary"} & set(answer.headers.keys())
    assert ("0" if is_new else None) == answer.headers.get("Content-Length")


@pytest.mark.parametrize(("name", "header"), [("captures", "Capture-Id"), ("refunds", "Refund-Id")])
@pytest.mark.parametrize("slash", ["", "/"])
def test_the_location_of_a_new_thing_is_absolute_and_can_be_read(
    orders: Orders, name: str, header: str, slash: str
) -> None:
    order_id = orders.place()
    orders.capture(order_id, 100)

    answer = orders.ask("POST", f"{order_id}/{name}{slash}", {"captured_amount": 10, "refunded_amount": 10})

    own_id = answer.headers[header]
    assert f"http://localhost/ordermanagement/v1/orders/{order_id}/{name}/{own_id}" == answer.headers["Location"]
    assert UUID.fullmatch(own_id)
    read = orders.klarna.call("GET", answer.headers["Location"]).get_json()
    assert own_id == read[header.lower().replace("-", "_")]


def test_the_location_has_the_servers_public_address() -> None:
    orders = Orders(klarna_with(public_url="https://klarna.shop.test/"))

    answer = orders.ask("POST", f"{orders.place()}/captures", {"captured_amount": 10})

    assert answer.headers["Location"].startswith("https://klarna.shop.test/ordermanagement/v1/orders/")


@pytest.mark.parametrize(
    ("path", "message", "length"),
    [
        ("captures", "'captured_amount' must not be null", "149"),
        ("refunds", "'refunded_amount' must not be null", "149"),
        ("captures/<capture>/shipping-info", "'shipping_info' must not be null", "147"),
    ],
)
@pytest.mark.parametrize("value", ["left out", None])
def test_the_recorded_refusals_come_byte_for_byte(
    orders: Orders, path: str, message: str, length: str, value: Any
) -> None:
    order_id = orders.place()
    capture_id = orders.capture(order_id, 100)
    name = message.split("'")[1]
    body = {} if value == "left out" else {name: value}

    answer = orders.ask("POST", f"{order_id}/{path.replace('<capture>', capture_id)}", body)

    assert length == answer.headers["Content-Length"]
    assert_refused(answer, 422, "UNPROCESSABLE_ENTITY", [message])
    assert "Vary" not in answer.headers


@pytest.mark.parametrize("operation", ALL)
@pytest.mark.parametrize(
    "order_id", ["%7B%7D", "made-up", "7849fd84-47dc-4919-a7ce", f"{NOBODY}0", f"{NOBODY}%0A", "g" * 36]
)
def test_an_id_that_is_no_uuid_gets_the_recorded_page(orders: Orders, operation: str, order_id: str) -> None:
    method, path, body = ALL[operation]

    answer = orders.ask(method, order_id + path.replace("<capture>", NOBODY), body)

    assert (400, PAGE) == (answer.status_code, answer.text)
    assert ("text/html;charset=utf-8", "435", "en") == tuple(
        answer.headers[name] for name in ("Content-Type", "Content-Length", "Content-Language")
    )
    assert UUID.fullmatch(answer.headers["Klarna-Correlation-Id"])
    assert not {"Transaction-Id", "Pragma", "X-Frame-Options", "Vary"} & set(answer.headers.keys())


@pytest.mark.parametrize("operation", [name for name, (_, path, _) in ALL.items() if "<capture>" in path])
def test_neither_is_the_id_of_a_capture_or_refund(orders: Orders, operation: str) -> None:
    method, path, body = ALL[operation]

    answer = orders.ask(method, orders.place() + path.replace("<capture>", "%7B%7D"), body)

    assert (400, "435") == (answer.status_code, answer.headers["Content-Length"])


@pytest.mark.parametrize("path", ["", "/"])
def test_there_is_no_list_of_orders(klarna: Klarna, path: str) -> None:
    klarna.authorization = Klarna(klarna.app, "UG100219_5ffcbd2bd02b").authorization

    answer = klarna.call("GET", f"/ordermanagement/v1/orders{path}")

    expected = (
        '{"timestamp":"2026-11-20T12:00:00.000Z","status":404,"error":"Not Found","message":"No message available",'
        f'"path":"/merchants/UG100219/orders{path}"}}'
    )
    assert (404, expected) == (answer.status_code, answer.text)
    assert "application/json" == answer.headers["Content-Type"]


def test_a_wrong_method_is_refused_in_order_managements_form(orders: Orders) -> None:
    answer = orders.ask("DELETE", orders.place())

    assert_refused(answer, 405, "BAD_REQUEST", [])


@pytest.mark.parametrize("operation", ALL)
def test_wrong_credentials_get_the_gateways_page_whatever_else_is_wrong(orders: Orders, operation: str) -> None:
    method, path, _ = ALL[operation]
    orders.klarna.authorization = "Basic "

    answer = orders.ask(method, f"made-up{path}", {})

    assert_is_gateway_page(answer)


def test_a_body_on_get_is_passed_over(orders: Orders) -> None:
    assert 200 == orders.ask("GET", orders.place(), {}).status_code


@pytest.mark.parametrize("text", ["", "{}", "{", "not json"])
def test_a_body_where_none_is_asked_for_is_passed_over(orders: Orders, text: str) -> None:
    order_id = orders.place()

    answer = orders.klarna.http.post(
        f"/ordermanagement/v1/orders/{order_id}/acknowledge", data=text,
        headers={"Authorization": orders.klarna.authorization},
    )  # fmt: skip

    assert 204 == answer.status_code


def test_the_recorded_capture_is_taken(orders: Orders) -> None:
    """A tracking number that is a number, and a field that Klarna does not have."""
    parcel = {"shipping_company": "company", "tracking_number": 1245, "tracking_url": "tracking.test"}
    order_id = orders.place()

    capture_id = orders.capture(order_id, 50, shipping_info=[parcel])

    capture = orders.ask("GET", f"{order_id}/captures/{capture_id}").get_json()
    assert [{"shipping_company": "company", "tracking_number": "1245"}] == capture["shipping_info"]


def test_an_order_tells_its_life_in_amounts(orders: Orders) -> None:
    order_id = orders.place()
    names = (
        "status", "order_amount", "original_order_amount", "captured_amount", "refunded_amount",
        "remaining_authorized_amount",
    )  # fmt: skip

    def told() -> tuple[Any, ...]:
        order = orders.read(order_id)
        return tuple(order[name] for name in names)

    fresh = told()
    orders.capture(order_id, 10000)
    part = told()
    orders.ask("PATCH", f"{order_id}/authorization", {"order_amount": 30000})
    grown = told()
    orders.refund(order_id, 2500)
    refunded = told()
    orders.ask("POST", f"{order_id}/release-remaining-authorization")
    released = told()

    assert ("AUTHORIZED", 25000, 25000, 0, 0, 25000) == fresh
    assert ("PART_CAPTURED", 25000, 25000, 10000, 0, 15000) == part
    assert ("PART_CAPTURED", 30000, 25000, 10000, 0, 20000) == grown
    assert ("PART_CAPTURED", 30000, 25000, 10000, 2500, 20000) == refunded
    assert ("CAPTURED", 10000, 25000, 10000, 2500, 0) == released


def test_an_authorization_without_lines_deletes_the_lines(orders: Orders) -> None:
    order_id = orders.place()

    answer = orders.ask("PATCH", f"{order_id}/authorization", {"order_amount": 24000})

    assert (204, []) == (answer.status_code, orders.read(order_id)["order_lines"])


def test_an_order_expires_by_the_clock(orders: Orders) -> None:
    order_id = orders.place()
    expires_at = orders.read(order_id)["expires_at"]
    orders.klarna.world.advance(timedelta(days=27, hours=12) - timedelta(milliseconds=1))
    before = orders.read(order_id)["status"]
    orders.klarna.world.advance(timedelta(milliseconds=1))

    after = orders.read(order_id)

    assert ("2026-12-18T00:00:00.000Z", "AUTHORIZED") == (expires_at, before)
    assert ("EXPIRED", 0) == (after["status"], after["remaining_authorized_amount"])


def test_extended_time_is_28_days_from_today(orders: Orders) -> None:
    order_id = orders.place()
    orders.klarna.world.advance(timedelta(days=14))

    for _ in range(2):
        orders.ask("POST", f"{order_id}/extend-authorization-time")

    assert "2027-01-01T00:00:00.000Z" == orders.read(order_id)["expires_at"]


def test_references_are_replaced_where_given(orders: Orders) -> None:
    order_id = orders.place()

    orders.ask("PATCH", f"{order_id}/merchant-references", {"merchant_reference2": "two"})
    added = orders.read(order_id)
    orders.ask("PATCH", f"{order_id}/merchant-references", {"merchant_reference1": "", "merchant_reference2": None})
    cleared = orders.read(order_id)

    assert ("ON-1", "two") == (added["merchant_reference1"], added["merchant_reference2"])
    assert ("", "two") == (cleared["merchant_reference1"], cleared["merchant_reference2"])


def test_parts_of_the_shipping_address_are_replaced_and_cleared(orders: Orders) -> None:
    order_id = orders.place()

    answer = orders.ask("PATCH", f"{order_id}/customer-details", {"shipping_address": {"city": "Lund", "phone": ""}})

    order = orders.read(order_id)
    assert 204 == answer.status_code
    assert ("Lund", "", "Storgatan 1") == tuple(
        order["shipping_address"][name] for name in ("city", "phone", "street_address")
    )
    assert ("Stockholm", "+46700000000") == (order["billing_address"]["city"], order["billing_address"]["phone"])


def test_parcels_are_appended(orders: Orders) -> None:
    order_id = orders.place()
    capture_id = orders.capture(order_id, 1, shipping_info=[{"tracking_number": "1"}])

    for path in (order_id, f"{order_id}/captures/{capture_id}"):
        for number in ("2", "3"):
            orders.ask("POST", f"{path}/shipping-info", {"shipping_info": [{"tracking_number": number}]})

    order = orders.read(order_id)
    assert ["2", "3"] == [parcel["tracking_number"] for parcel in order["shipping_info"]]
    (capture,) = order["captures"]
    assert ["1", "2", "3"] == [parcel["tracking_number"] for parcel in capture["shipping_info"]]


def test_a_delay_of_shipping_is_never_told(orders: Orders) -> None:
    order_id = orders.place()

    orders.capture(order_id, 1, shipping_delay=5)

    assert "shipping_delay" not in json.dumps([orders.read(order_id), orders.stored()])


def test_due_dates_are_offered_and_put_off(orders: Orders) -> None:
    order_id = orders.place()
    capture = f"{order_id}/captures/{orders.capture(order_id, 1)}"

    options = orders.ask("GET", f"{capture}/extend-due-date-options").get_json()
    days = options["options"][0]["number_of_days"]
    answer = orders.ask("PATCH", f"{capture}/extend-due-date", {"number_of_days": days})

    assert ["SEK", {"number_of_days", "amount"}] == [options["currency"], set(options["options"][0])]
    assert 204 == answer.status_code


@pytest.mark.parametrize("name", ["created_at", "expires_at"])
def test_times_have_milliseconds_and_a_z(orders: Orders, name: str) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", orders.read(orders.place())[name])


def test_a_rule_sees_the_order_it_is_about(orders: Orders) -> None:
    order_id = orders.place()
    rule = {
        "when": {"operation": "klarna.order_management.create_capture", "match": {"purchase.country": "SE"}},
        "then": {"outcome": "rejected"},
    }
    orders.klarna.call("POST", "/_mock/rules", rule)

    answer = orders.ask("POST", f"{order_id}/captures", {"captured_amount": 1})

    assert (403, "PAYMENT_METHOD_FAILED") == (answer.status_code, answer.get_json()["error_code"])
