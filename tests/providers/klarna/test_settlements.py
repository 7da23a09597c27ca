"""Settlements v1 over HTTP: payouts, their transactions, and reports of both."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from mock_server.ledger import captures, refunds

from .charges import charge, charge_of, token_of
from .conftest import NOON, Klarna, klarna_with

BASE = "/settlements/v1"
URL = f"http://localhost{BASE}"
ADDRESS = {"city": "Lund", "country": "se"}
TOTALS = (
    "commission_amount", "repay_amount", "sale_amount", "holdback_amount", "tax_amount", "settlement_amount",
    "fee_correction_amount", "reversal_amount", "release_amount", "return_amount", "fee_amount", "charge_amount",
    "credit_amount", "fee_refund_amount", "tax_refund_amount", "deposit_amount", "opening_debt_balance_amount",
    "closing_debt_balance_amount",
)  # fmt: skip


def get(klarna: Klarna, path: str) -> TestResponse:
    return klarna.call("GET", f"{BASE}{path}")


def found(klarna: Klarna, path: str) -> Any:
    answer = get(klarna, path)
    assert (200, "application/json") == (answer.status_code, answer.headers["Content-Type"]), answer.text
    return answer.get_json()


def days(klarna: Klarna, number: int = 1) -> None:
    klarna.world.advance(timedelta(days=number))


def sold(klarna: Klarna, amount: int = 1000, **fields: Any) -> str:
    """The id of an order that was captured at once."""
    token = token_of(klarna)
    answer = charge(klarna, token, charge_of(amount, auto_capture=True, **fields))
    return str(answer.get_json()["order_id"])


def bought(klarna: Klarna) -> str:
    """The id of an order of 25000 that nothing was captured of."""
    return str(klarna.create_order(klarna.token()).get_json()["order_id"])


def references(klarna: Klarna, query: str = "") -> list[str]:
    return [payout["payment_reference"] for payout in found(klarna, f"/payouts{query}")["payouts"]]


class TestPayouts:
    def test_a_day_of_sales_is_a_payout_of_the_next_midnight(self, klarna: Klarna) -> None:
        sold(klarna, 10_000)
        days(klarna)

        listed = found(klarna, "/payouts")

        (payout,) = listed["payouts"]
        reference = payout["payment_reference"]
        assert {"count": 1, "total": 1, "offset": 0} == listed["pagination"]
        assert ("2026-11-21T00:00:00Z", "SEK", "NET", "PK00001") == tuple(
            payout[name] for name in ("payout_date", "currency_code", "merchant_settlement_type", "merchant_id")
        )
        assert f"{URL}/transactions?payment_reference={reference}" == payout["transactions"]
        assert TOTALS == tuple(payout["totals"])
        assert {"sale_amount": 10_000, "fee_amount": 299, "settlement_amount": 9701} == {
            name: amount for name, amount in payout["totals"].items() if amount
        }
        assert payout == found(klarna, f"/payouts/{reference}")

    def test_today_is_not_paid_out(self, klarna: Klarna) -> None:
        sold(klarna)

        assert {"payouts": [], "pagination": {"count": 0, "total": 0, "offset": 0}} == found(klarna, "/payouts")

    def test_returns_above_sales_are_a_debt(self, klarna: Klarna) -> None:
        order_id = sold(klarna)
        days(klarna)
        refunds.refund_order(klarna.world, order_id, 600)
        days(klarna)

        totals = found(klarna, "/payouts")["payouts"][1]["totals"]

        assert {"return_amount": 600, "deposit_amount": 600, "closing_debt_balance_amount": 600} == {
            name: amount for name, amount in totals.items() if amount
        }

    def test_fees_are_a_setting(self) -> None:
        klarna = klarna_with(klarna_settlement_fee_rate=0, klarna_settlement_fee_fixed=25)
        sold(klarna)
        days(klarna)

        (payout,) = found(klarna, "/payouts")["payouts"]
        told = found(klarna, "/transactions")["transactions"]

        assert (25, 975) == (payout["totals"]["fee_amount"], payout["totals"]["settlement_amount"])
        assert [("SALE", "PURCHASE"), ("FEE", "PURCHASE_FEE_FIXED")] == [(t["type"], t["detailed_type"]) for t in told]

    def test_an_unknown_payout_is_refused(self, klarna: Klarna) -> None:
        answer = get(klarna, "/payouts/XISA93DJ")

        assert (404, ["correlation_id", "error_code", "error_messages"]) == (
            answer.status_code, list(answer.get_json()),
        )  # fmt: skip
        assert ("NOT_FOUND", []) == (answer.get_json()["error_code"], answer.get_json()["error_messages"])
        assert "no payout XISA93DJ of a day that is over" in klarna.explanation(answer)["because"]

    def test_other_credentials_of_the_world_see_it_too(self, klarna: Klarna) -> None:
        sold(klarna)
        days(klarna)
        other = Klarna(klarna.app, "PK99999_other")

        assert references(klarna) == references(other)


class TestSpans:
    @pytest.fixture
    def klarna(self) -> Klarna:
        """Three days of sales: the 20th, 21st and 22nd, paid out the day after each."""
        klarna = klarna_with()
        for _ in range(3):
            sold(klarna)
            days(klarna)
        return klarna

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            ("?start_date=2026-11-22", [1, 2]),
            ("?end_date=2026-11-22", [0, 1]),
            ("?start_date=2026-11-22&end_date=2026-11-22", [1]),
            ("?start_date=2026-11-21T00:00:01Z&end_date=2026-11-22T23:59:59Z", [1]),
            ("?currency_code=SEK", [0, 1, 2]),
            ("?currency_code=sek", [0, 1, 2]),
            ("?currency_code=EUR", []),
            ("?size=2", [0, 1]),
            ("?size=2&offset=2", [2]),
            ("?offset=9", []),
        ],
    )
    def test_payouts_are_chosen_by_date_currency_and_place(
        self, klarna: Klarna, query: str, expected: list[int]
    ) -> None:
        every = references(klarna)

        assert [every[index] for index in expected] == references(klarna, query)

    def test_pages_lead_from_one_to_the_next_and_back(self, klarna: Klarna) -> None:
        first = found(klarna, "/payouts?size=2&currency_code=SEK")
        second = found(klarna, _path(first["pagination"]["next"]))
        again = found(klarna, _path(second["pagination"]["prev"]))

        assert (2, 3, 0, False) == (*_counts(first["pagination"]), "prev" in first["pagination"])
        assert (1, 3, 2, False) == (*_counts(second["pagination"]), "next" in second["pagination"])
        assert first == again
        assert references(klarna) == [each["payment_reference"] for each in first["payouts"] + second["payouts"]]

    def test_the_page_before_begins_at_the_start_at_the_earliest(self, klarna: Klarna) -> None:
        pagination = found(klarna, "/payouts?size=2&offset=1")["pagination"]

        assert f"{URL}/payouts?size=2&offset=0" == pagination["prev"]

    @pytest.mark.parametrize(
        ("path", "message"),
        [
            ("/payouts?size=501", "Bad value: size"),
            ("/payouts?offset=-1", "Bad value: offset"),
            ("/payouts?start_date=today", "Bad value: start_date"),
            ("/payouts?currency_code=EURO", "Bad value: currency_code"),
            ("/payouts/summary", "Bad value: start_date, end_date"),
            ("/payouts/summary?start_date=2026-11-20", "Bad value: end_date"),
            ("/transactions?size=0", "Bad value: size"),
            ("/reports/payout-with-transactions", "Bad value: payment_reference"),
            ("/reports/payouts-summary-with-transactions?end_date=2026-11-20", "Bad value: start_date"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_explained(self, klarna: Klarna, path: str, message: str) -> None:
        answer = get(klarna, path)

        assert (400, "application/json", "BAD_VALUE", [message]) == (
            answer.status_code, answer.headers["Content-Type"], answer.get_json()["error_code"],
            answer.get_json()["error_messages"],
        )  # fmt: skip
        assert klarna.explanation(answer)["faults"]

    def test_a_summary_adds_up_the_payouts_of_a_currency(self, klarna: Klarna) -> None:
        (summary,) = found(klarna, "/payouts/summary?start_date=2026-11-22&end_date=2026-11-30T23:59:59Z")

        assert ("2026-11-22T00:00:00Z", "2026-11-30T23:59:59Z", "SEK") == tuple(summary.values())[:3]
        assert 14 == len(summary)
        assert {"settlement": 1940, "fee": 60, "sale": 2000} == {
            name.removeprefix("summary_total_").removesuffix("_amount"): amount
            for name, amount in summary.items()
            if isinstance(amount, int) and amount
        }

    def test_a_span_without_payouts_has_no_summary(self, klarna: Klarna) -> None:
        assert [] == found(klarna, "/payouts/summary?start_date=2025-01-01&end_date=2025-02-01")


def _counts(pagination: dict[str, Any]) -> tuple[int, ...]:
    return tuple(pagination[name] for name in ("count", "total", "offset"))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path.removeprefix(BASE)}?{parts.query}"


class TestTransactions:
    def test_a_captured_and_refunded_order_has_them_all(self, klarna: Klarna) -> None:
        order_id = sold(klarna, merchant_reference1="ON-1", merchant_reference2="ON-2", shipping_address=ADDRESS)
        days(klarna)
        refunds.refund_order(klarna.world, order_id, 400, reference="RMA-1")
        days(klarna)

        listed = found(klarna, f"/transactions?order_id={order_id}")

        first, second = references(klarna)
        (order,) = klarna.world.store.all("orders")
        capture, refund = order["captures"][0]["capture_id"], order["refunds"][0]["refund_id"]
        common = {
            "merchant_reference1": "ON-1", "sale_date": "2026-11-20T12:00:00Z", "order_id": order_id,
            "short_order_id": order["klarna_reference"], "merchant_reference2": "ON-2", "currency_code": "SEK",
            "purchase_country": "SE", "shipping_country": "SE", "initial_payment_method_type": "invoice",
        }  # fmt: skip
        on_day_one = common | {
            "capture_date": "2026-11-20T12:00:00Z", "payment_reference": first, "payout": f"{URL}/payouts/{first}",
            "capture_id": capture,
        }  # fmt: skip
        assert [
            on_day_one | {"type": "SALE", "amount": 1000, "detailed_type": "PURCHASE"},
            on_day_one | {"type": "FEE", "amount": 30, "detailed_type": "PURCHASE_FEE_PERCENTAGE"},
            common | {
                "type": "RETURN", "amount": 400, "detailed_type": "PURCHASE_RETURN", "capture_id": "",
                "refund_id": refund, "capture_date": "2026-11-21T12:00:00Z", "merchant_refund_reference": "RMA-1",
                "payment_reference": second, "payout": f"{URL}/payouts/{second}",
            },
        ] == listed["transactions"]  # fmt: skip
        assert {"count": 3, "total": 3, "offset": 0} == listed["pagination"]

    def test_of_a_day_that_lasts_they_are_in_no_payout(self, klarna: Klarna) -> None:
        order_id = sold(klarna)

        told = found(klarna, f"/transactions?order_id={order_id}")["transactions"]

        assert 2 == len(told)
        assert not any("payment_reference" in each or "payout" in each for each in told)

    def test_those_of_a_payout_add_up_to_it(self, klarna: Klarna) -> None:
        order_ids = [sold(klarna, amount) for amount in (1000, 2000)]
        refunds.refund_order(klarna.world, order_ids[0], 500)
        days(klarna)
        sold(klarna)
        days(klarna)
        payout = found(klarna, "/payouts")["payouts"][0]

        told = found(klarna, _path(payout["transactions"]))["transactions"]

        signs = {"SALE": 1, "RETURN": -1, "FEE": -1}
        assert 5 == len(told)
        assert payout["totals"]["settlement_amount"] == sum(signs[each["type"]] * each["amount"] for each in told)
        assert {payout["payment_reference"]} == {each["payment_reference"] for each in told}

    def test_without_a_filter_they_come_as_time_went_by(self, klarna: Klarna) -> None:
        early, late = bought(klarna), bought(klarna)
        for order_id in (late, early, late):
            captures.capture_order(klarna.world, order_id, 1000, reference=f"C-{order_id[:4]}")
            klarna.world.advance(timedelta(minutes=1))

        told = found(klarna, "/transactions?size=3&offset=1")

        assert [("FEE", late), ("SALE", early), ("FEE", early)] == [
            (each["type"], each["order_id"]) for each in told["transactions"]
        ]
        assert ("C-" + late[:4], 6) == (
            told["transactions"][0]["merchant_capture_reference"], told["pagination"]["total"],
        )  # fmt: skip

    def test_an_order_and_a_payout_may_be_asked_for_at_once(self, klarna: Klarna) -> None:
        order_id, _ = sold(klarna), sold(klarna)
        days(klarna)
        (reference,) = references(klarna)

        paths = (
            f"/transactions?order_id={order_id}&payment_reference={reference}",
            f"/transactions?order_id={order_id}&payment_reference=XISA93DJ",
            "/transactions?order_id=unknown", "/transactions?payment_reference=XISA93DJ",
        )  # fmt: skip

        assert [2, 0, 0, 0] == [found(klarna, path)["pagination"]["total"] for path in paths]


class TestReports:
    def test_a_payouts_report_has_its_totals_and_its_transactions(self, klarna: Klarna) -> None:
        sold(klarna, 123_405, merchant_reference1='a;"b"\nc')
        days(klarna)
        (reference,) = references(klarna)

        answer = get(klarna, f"/reports/payout-with-transactions?payment_reference={reference}")

        names, totals, empty, columns, *rows = _rows(answer)
        told = dict(zip(names, totals, strict=True))
        assert [] == empty
        assert ("1234.05", "36.90", "1197.15", "SEK", reference, "2026-11-21T00:00:00Z", "PK00001") == tuple(
            told[name]
            for name in (
                "total_sale_amount", "total_fee_amount", "total_settlement_amount", "settlement_currency",
                "payment_reference", "payout_date", "merchant_id",
            )
        )  # fmt: skip
        assert [
            "type", "capture_date", "sale_date", "order_id", "short_order_id", "capture_id", "merchant_reference1",
            "merchant_reference2", "amount", "posting_currency",
        ] == columns[:10]  # fmt: skip
        assert [("SALE", "1234.05", 'a;"b"\nc'), ("FEE", "36.90", 'a;"b"\nc')] == [
            (row[0], row[8], row[6]) for row in rows
        ]
        assert all(len(columns) == len(row) for row in rows)

    def test_a_reports_transactions_come_as_time_went_by(self, klarna: Klarna) -> None:
        early, late = bought(klarna), bought(klarna)
        for order_id in (late, early):
            captures.capture_order(klarna.world, order_id, 1000)
            klarna.world.advance(timedelta(minutes=1))
        days(klarna)

        answer = get(klarna, f"/reports/payout-with-transactions?payment_reference={references(klarna)[0]}")

        assert [late, late, early, early] == [row[3] for row in _rows(answer)[4:]]

    def test_a_span_of_payouts_is_one_report(self, klarna: Klarna) -> None:
        for _ in range(3):
            sold(klarna)
            days(klarna)
        every = references(klarna)

        answer = get(klarna, "/reports/payouts-summary-with-transactions?start_date=2026-11-22&end_date=2026-11-23")

        head = _rows(answer)[:4]
        rows = _rows(answer)[5:]
        assert every[1:] == [row[head[0].index("payment_reference")] for row in head[1:3]]
        assert [] == head[3]
        assert [every[1], every[1], every[2], every[2]] == [row[-1] for row in rows]

    def test_of_an_unknown_payout_there_is_none(self, klarna: Klarna) -> None:
        answer = get(klarna, "/reports/payout-with-transactions?payment_reference=XISA93DJ")

        assert (404, "NOT_FOUND") == (answer.status_code, answer.get_json()["error_code"])

    @pytest.mark.parametrize("name", ["payout", "payouts-summary"])
    def test_what_is_no_pdf_says_so_and_where_the_figures_are(self, klarna: Klarna, name: str) -> None:
        answer = get(klarna, f"/reports/{name}?payment_reference=XISA93DJ")

        text = f"reports as PDF are not emulated; the same figures are there as JSON and as CSV: {BASE}/reports/{name}"
        assert (501, "NOT_EMULATED", [f"{text}-with-transactions"]) == (
            answer.status_code, answer.get_json()["error_code"], answer.get_json()["error_messages"],
        )  # fmt: skip


def _rows(answer: TestResponse) -> list[list[str]]:
    assert (200, "text/csv") == (answer.status_code, answer.headers["Content-Type"])
    return list(csv.reader(StringIO(answer.text, newline=""), delimiter=";"))


def test_reading_changes_nothing(klarna: Klarna) -> None:
    sold(klarna)
    before = klarna.call("GET", "/_mock/state").get_json()

    for path in ("/payouts", "/transactions", "/payouts/summary?start_date=2026-11-20&end_date=2026-11-30"):
        get(klarna, path)

    assert before == klarna.call("GET", "/_mock/state").get_json()
    assert NOON == klarna.world.clock.now()
