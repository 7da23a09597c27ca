"""Commerce Layer's own SDK, unmodified, against this server over real HTTP.

Each story is a file in tests/clients/commercelayer that runs once, in a world of its own, and tells facts.
"""

from __future__ import annotations

import re

import pytest

from tests.clients.node import Facts, Teller, first_error, need_packages
from tests.receiver import Receiver

need_packages()

CAP, MUG, SHIRT = "CAPXXXXX000000FFFFFFXXXX", "MUGXXXXXFFFFFF000000XXXX", "TSHIRTMM000000FFFFFFXLXX"
NOT_FOUND = "The requested resource was not found. Please double-check the resource id."
NOT_NOT_FOUND = NOT_FOUND.replace("not found", "not not found")


@pytest.fixture(scope="module")
def catalogue(teller: Teller) -> Facts:
    return teller.tell("catalogue")


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("all", [CAP, MUG, SHIRT]),
        ("down", [SHIRT, MUG, CAP]),
        ("eq", [MUG]),
        ("in", [SHIRT, CAP]),
        ("start", [CAP]),
        ("or", [SHIRT]),
        ("two filters", [SHIRT]),
    ],
)
def test_a_list_has_what_was_asked_for(catalogue: Facts, asked: str, codes: list[str]) -> None:
    assert codes == catalogue[asked]


def test_lists_are_counted(catalogue: Facts) -> None:
    assert [3, 3, 0] == [catalogue["count"], catalogue["over a relationship"], catalogue["none"]["recordCount"]]
    assert [3, 1] == [catalogue["meta"]["recordCount"], catalogue["meta"]["pageCount"]]


def test_the_last_page_has_the_rest(catalogue: Facts) -> None:
    codes, meta, has_previous, has_next = catalogue["second page"]

    assert [[SHIRT], 2, 3, True, False] == [
        codes, meta["pageCount"], meta["recordCount"], has_previous, has_next,
    ]  # fmt: skip


def test_sparse_fields_leave_the_rest_out(catalogue: Facts) -> None:
    assert ["code", "id", "type"] == catalogue["sparse"]


def test_included_resources_are_inside(catalogue: Facts) -> None:
    expected = [(2900, SHIRT), (1450, CAP), (995, MUG)]

    assert [[cents, None, code, None, "EUR"] for cents, code in expected] == catalogue["prices"]
    assert [["Merchandising"], [None] * 3] == [catalogue["deep"], catalogue["not included"]]


def test_related_resources_have_paths_of_their_own(catalogue: Facts) -> None:
    assert ["MERCH", [1450]] == [catalogue["related"], catalogue["related list"]]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("unknown filter", "FILTER_NOT_ALLOWED"),
        ("unknown sort", "INVALID_SORT_CRITERIA"),
        ("unknown include", "INVALID_INCLUDE"),
        ("too many", "INVALID_PAGE_VALUE"),
    ],
)
def test_what_cannot_be_listed_is_refused(catalogue: Facts, asked: str, code: str) -> None:
    assert (400, code) == first_error(catalogue[asked])[:2]


@pytest.fixture(scope="module")
def paid(teller: Teller) -> Facts:
    return teller.tell("paid")


@pytest.mark.parametrize(
    ("after", "statuses"),
    [
        ("draft", "draft/unpaid/unfulfilled"),
        ("pending", "pending/unpaid/unfulfilled"),
        ("placed", "placed/authorized/unfulfilled"),
        ("placed again", "placed/authorized/unfulfilled"),
        ("approved", "approved/authorized/unfulfilled"),
        ("partly captured", "approved/partially_paid/unfulfilled"),
        ("captured", "approved/paid/in_progress"),
        ("partly refunded", "approved/partially_refunded/in_progress"),
        ("refunded", "cancelled/refunded/unfulfilled"),
        ("approved and captured", "approved/paid/in_progress"),
        ("cancelled", "cancelled/voided/unfulfilled"),
        ("cancelled again", "cancelled/voided/unfulfilled"),
        ("voided", "cancelled/voided/unfulfilled"),
    ],
)
def test_an_order_moves_through_its_statuses(paid: Facts, after: str, statuses: str) -> None:
    assert statuses == paid[after]


def test_the_order_costs_its_lines_and_shipping(paid: Facts) -> None:
    assert [3 * 1450, 500, 4850, "€48,50"] == paid["total"]


def test_the_payment_opens_klarnas_session(paid: Facts) -> None:
    payment = paid["payment"]

    assert ["klarna_payments", None, True] == [payment["type"], payment["auth"], payment["order"]]
    assert {("asset_urls", "identifier", "name")} == {tuple(keys) for keys in payment["categories"]}
    assert 3 == len(payment["token"].split("."))
    assert re.fullmatch(r"[0-9a-f-]{36}", payment["session"])


def test_the_shoppers_token_is_kept(paid: Facts) -> None:
    assert ["string", False] == paid["authorized"]


@pytest.mark.parametrize(
    ("when", "status", "code"),
    [
        ("placed without a source", 422, "VALIDATION_ERROR"),
        ("placed without a token", 422, "VALIDATION_ERROR"),
        ("another line", 422, "VALIDATION_ERROR"),
        ("approved by the shop", 401, "UNAUTHORIZED"),
        ("captured too early", 422, "VALIDATION_ERROR"),
        ("captured too much", 422, "VALIDATION_ERROR"),
    ],
)
def test_what_is_not_possible_is_refused(paid: Facts, when: str, status: int, code: str) -> None:
    assert (status, code) == first_error(paid[when])[:2]


def test_a_placed_order_shows_klarnas(paid: Facts) -> None:
    placed = paid["placed, more"]
    details = placed["details"]

    assert [False, "string", "klarna_payments", "klarna_payments"] == [
        placed["editable"], placed["placed"], placed["source"], placed["method"],
    ]  # fmt: skip
    assert ["klarna_payment", details["klarna_id"], "ACCEPTED"] == [
        details["type"], details["payment_method_details"]["order_id"],
        details["payment_method_details"]["fraud_status"],
    ]  # fmt: skip
    assert ["payment_methods", "shipments", "skus"] == placed["lines"]


def test_the_money_is_taken_in_parts_and_given_back_in_parts(paid: Facts) -> None:
    assert [True, True, True] == paid["authorization"]
    assert [[[2425, True], [2425, True]], 2425, 2425] == paid["captures"]
    assert [True, [[100, True]], True] == paid["refund"]
    assert [paid["left to capture"], *paid["refunds"]] == [True, 3, True]


def test_transactions_are_numbered_through_the_order(paid: Facts) -> None:
    kinds = ["authorizations", "captures", "captures", "refunds", "refunds", "refunds"]

    assert [f"{n:03} {kind}" for n, kind in enumerate(kinds, 1)] == paid["transactions"]


def test_cancelling_lets_go_of_what_was_authorized(paid: Facts) -> None:
    assert [[1950, True]] == paid["voids"]


@pytest.fixture(scope="module")
def refused(teller: Teller) -> Facts:
    return teller.tell("refused")


@pytest.mark.parametrize(
    ("kind", "limit", "caching"),
    [
        ("a cacheable read", "500", "public, no-cache"),
        ("a read", "100", "max-age=0, private, must-revalidate"),
        ("a write", "100", "max-age=0, private, must-revalidate"),
    ],
)
def test_answers_tell_the_rate_limit(refused: Facts, kind: str, limit: str, caching: str) -> None:
    headers = refused[f"headers of {kind}"]

    assert [limit, "60", caching, "application/vnd.api+json"] == [
        headers["x-ratelimit-limit"], headers["x-ratelimit-interval"], headers["cache-control"],
        headers["content-type"],
    ]  # fmt: skip
    assert int(headers["x-ratelimit-remaining"]) < int(limit)


def test_a_removal_has_no_body(refused: Facts) -> None:
    assert {"succeeded": "undefined"} == refused["what a removal gives"]
    assert {"content-type", "content-length"}.isdisjoint(refused["headers of a removal"])


def test_the_mode_and_a_trace_come_with_every_resource(refused: Facts) -> None:
    meta = refused["meta of a write"]

    assert ["test", 64] == [meta["mode"], len(meta["trace_id"])]


@pytest.mark.parametrize(
    ("what", "status", "code", "pointer"),
    [
        ("not valid", 422, "VALIDATION_ERROR", "/data/attributes/sku_code"),
        ("forbidden", 401, "UNAUTHORIZED", None),
        ("no token of ours", 401, "INVALID_TOKEN", None),
        ("broken", 500, "INTERNAL_SERVER_ERROR", None),
    ],
)
def test_errors_are_a_list(refused: Facts, what: str, status: int, code: str, pointer: str | None) -> None:
    thrown = refused[what]

    assert (status, code) == first_error(thrown)[:2]
    assert [str(status), str(status), pointer] == [
        thrown["code"], thrown["first"]["status"], thrown["first"].get("source", {}).get("pointer"),
    ]  # fmt: skip


def test_all_that_is_not_valid_is_told(refused: Facts) -> None:
    pointers = [error["source"]["pointer"] for error in refused["several"]["errors"]]

    assert ["/data/attributes/topic", "/data/attributes/callback_url"] == pointers


def test_what_is_missing_is_told_by_the_application(refused: Facts) -> None:
    missing = refused["missing"]

    assert [False, "application/vnd.api+json; charset=utf-8"] == [missing["ok"], missing["headers"]["content-type"]]
    assert (404, "RECORD_NOT_FOUND", NOT_FOUND) == first_error(missing["thrown"])


@pytest.mark.parametrize(
    ("what", "error"),
    [
        (
            "missing at the edge",
            {"title": "Record Not Found", "detail": NOT_NOT_FOUND, "code": "RECORD_NOT_FOUND", "status": 404},
        ),
        ("throttled at the edge", {"title": "Too Many Requests", "code": "THROTTLED", "status": 429}),
    ],
)
def test_the_edge_has_an_object_for_its_error(refused: Facts, what: str, error: Facts) -> None:
    answer = refused[what]

    assert "application/json; charset=utf-8" == answer["headers"]["content-type"]
    assert [error, error["status"], None] == [
        answer["thrown"]["errors"], answer["thrown"]["status"], answer["thrown"].get("first"),
    ]  # fmt: skip


def test_a_rule_that_holds_once_is_over_then(refused: Facts) -> None:
    assert {"succeeded": True} == refused["only once"]


@pytest.mark.parametrize(("fault", "type_"), [("too slow", "timeout"), ("cut off", "parse")])
def test_faults_reach_the_client(refused: Facts, fault: str, type_: str) -> None:
    assert ["SdkError", type_] == [refused[fault]["name"], refused[fault]["type"]]


def test_a_webhook_is_asked_for_delivered_and_believed(teller: Teller, receiver: Receiver) -> None:
    told = teller.tell("told", url=receiver.url("/orders"))
    (request,) = receiver.wait_for(1)

    heard = teller.tell("heard", body=request.text, headers=dict(request.headers), secret=told["secret"])

    assert ["POST", "/orders", "orders.place"] == [
        request.method, request.path, request.headers["x-commercelayer-topic"],
    ]  # fmt: skip
    assert [True, "orders.place", False, False] == [
        heard["signed"]["ok"], heard["signed"]["topic"], heard["changed"], heard["another secret"],
    ]  # fmt: skip
    assert [*told["order"], "placed", "sanne@shop.test", "skus"] == heard["order"]


def test_a_webhook_shows_its_secret_on_every_read(teller: Teller) -> None:
    told = teller.tell("told", url="http://127.0.0.1:9/orders")

    assert {
        "topic": "orders.place", "state": "closed", "failures": 0, "same": True,
        "include": ["customer", "line_items.item"],
    } == told["webhook"]  # fmt: skip
    assert re.fullmatch(r"[0-9a-f]{32}", told["secret"])
