"""MultiSafepay's refusals: envelope, statuses, texts. Source: docs.multisafepay.com, error reference."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from mock_server.core.errors import ApiError
from mock_server.providers.multisafepay.routes import CONTROLS, OPERATIONS
from mock_server.web.routing import MOST_BODY_BYTES
from tests.multisafepay import MultiSafepay, line_of, order_of
from tests.providers.multisafepay.website import app_with, multisafepay_with

# name of an error -> HTTP status, error_code, error_info
CATALOGUE = {
    "InvalidRequest": (400, 1000, "Invalid request"),
    "NotFound": (404, 1000, "Not found"),
    "TokenNotFound": (410, 1000, "Not found: token"),
    "UnknownError": (500, 1000, "Unknown error"),
    "Unavailable": (503, 1000, "Service unavailable"),
    "InvalidAmount": (400, 1001, "Invalid amount"),
    "InvalidCurrency": (400, 1002, "Invalid currency"),
    "InvalidTransactionId": (404, 1006, "Invalid transaction ID"),
    "InvalidIpAddress": (400, 1007, "Invalid IP address"),
    "InvalidDescription": (400, 1008, "Invalid description"),
    "InvalidVariable": (400, 1010, "Invalid variable"),
    "MissingData": (400, 1016, "Missing data"),
    "InvalidCountryCode": (400, 1018, "Invalid country code"),
    "SiteIsBlocked": (400, 1019, "The site is blocked in your account."),
    "CannotCreateTransaction": (400, 1021, "Cannot create transaction"),
    "ExistsAtThirdParty": (400, 1022, "Kan geen transactie starten: ERR_EXISTS: transaction error"),
    "NoGateway": (404, 1023, "No gateway (payment method) available"),
    "TransactionRefused": (400, 1024, "Transaction refused"),
    "InvalidAccountId": (400, 1003, "Invalid account ID"),
    "InvalidSiteId": (400, 1004, "Invalid site ID"),
    "InvalidSecurityCode": (400, 1005, "Security code is invalid"),
    "InvalidSignature": (400, 1013, "Invalid signature"),
    "UnspecifiedError": (400, 1014, "Back-end: unspecified error"),
    "AccountNotFound": (400, 1015, "Account not found"),
    "InsufficientFunds": (400, 1017, "Insufficient funds"),
    "AccountIsBlocked": (400, 1020, "Account is blocked"),
    "CartNotValidated": (400, 5001, "Cart is not validated"),
    "Unknown": (400, 9999, "Unknown"),
    "SeveralCurrencies": (400, 1025, "Only one currency allowed in shopping cart"),
    "OtherCartCurrency": (400, 1026, "Cart currency must equal transaction currency"),
    "OtherCartAmount": (400, 1027, "Cart amount must equal transaction amount"),
    "IncorrectTaxRate": (400, 1028, "Incorrect tax rate in rule"),
    "InvalidItemTaxRate": (400, 1029, "Invalid tax rate specified for item"),
    "IncorrectItemCurrency": (400, 1030, "Incorrect currency for a product"),
    "IncorrectItemPrice": (400, 1031, "Incorrect price for a product"),
    "InvalidApiKey": (401, 1032, "Invalid API key"),
    "NoRefundInformation": (400, 1033, "Error fetching refund information"),
    "CannotRefund": (400, 1034, "Cannot refund transaction"),
    "SameRefund": (400, 1034, "Same refund done in short period"),
    "InvalidIssuer": (400, 1036, "Invalid iDEAL issuer ID"),
}
ALL = [(operation, error) for operation in (*OPERATIONS, *CONTROLS) for error in operation.errors]
DECLARED = [(operation.method, operation.path, operation.name, error) for operation, error in ALL]
STATUSES = ["400", "404", "422", "200"]
SEND = {"api_key": "k" * 40}


@pytest.fixture(scope="module")
def shared() -> Flask:
    """One server for tests that each use a world of their own."""
    return app_with()


def ordered(app: Flask, method: str, path: str, operation: str, error: str) -> TestResponse:
    """A request of an operation that a rule lets fail."""
    http, world = app.test_client(), {"X-Mock-World": f"{operation}-{error}".replace(".", "-")[:64]}
    rule = {"when": {"operation": operation}, "then": {"error": error}}
    assert 201 == http.post("/_mock/rules", json=rule, headers=world).status_code
    for name in ("order_id", "gateway_id", "session_id", "reference", "token", "refund_id", "transaction_id"):
        path = path.replace(f"<path:{name}>", "nobody").replace(f"<{name}>", "nobody")
    return http.open(path, method=method, headers=SEND | world, json=None if method == "GET" else {})


class TestOrdered:
    @pytest.mark.parametrize(("method", "path", "operation", "error"), DECLARED)
    def test_a_declared_error_has_its_status_code_and_text(
        self, shared: Flask, method: str, path: str, operation: str, error: type[ApiError]
    ) -> None:
        answer = ordered(shared, method, path, operation, error.__name__)

        if error.__name__ == "Forbidden":
            assert (403, b'{"message":"Forbidden"}') == (answer.status_code, answer.data)
        else:
            status, code, info = CATALOGUE[error.__name__]
            expected = f'{{"success":false,"data":{{}},"error_code":{code},"error_info":"{info}"}}'
            assert (status, expected) == (answer.status_code, answer.text)
            assert "application/json" == answer.headers["Content-Type"]

    def test_every_error_of_the_catalogue_can_be_ordered_somewhere(self) -> None:
        assert {*CATALOGUE, "Forbidden"} == {error.__name__ for _, error in ALL}

    @pytest.mark.parametrize(
        ("code", "name"), [("1027", "OtherCartAmount"), ("1032", "InvalidApiKey"), ("1006", "InvalidTransactionId")]
    )
    def test_an_error_can_be_ordered_by_its_code(self, multisafepay: MultiSafepay, code: str, name: str) -> None:
        multisafepay.add_rule("multisafepay.orders.create_order", {"error": code})

        assert CATALOGUE[name] == multisafepay.refusal("POST", "/orders", order_of())

    def test_an_ordered_text_stands_in_for_the_errors_own(self, multisafepay: MultiSafepay) -> None:
        then = {"error": "CannotRefund", "messages": ["Payouts are blocked"]}
        multisafepay.pay()
        multisafepay.ship()
        multisafepay.add_rule("multisafepay.orders.create_refund", then)

        found = multisafepay.refusal("POST", "/orders/ON-1/refunds", {"currency": "EUR"})

        assert (400, 1034, "Payouts are blocked") == found

    def test_an_ordered_error_leaves_no_trace(self, multisafepay: MultiSafepay) -> None:
        multisafepay.add_rule("multisafepay.orders.create_order", {"error": "TransactionRefused"})

        multisafepay.refusal("POST", "/orders", order_of())

        assert CATALOGUE["InvalidTransactionId"] == multisafepay.refusal("GET", "/orders/ON-1")


class TestStatuses:
    @pytest.mark.parametrize("status", STATUSES)
    def test_a_setting_says_what_refused_fields_answer_with(self, status: str) -> None:
        multisafepay = multisafepay_with(multisafepay_error_status=status)

        refusal = multisafepay.refusal("POST", "/orders", order_of(description=""))

        assert (int(status), 1008, "Invalid description") == refusal

    @pytest.mark.parametrize(
        ("method", "path", "status", "code"),
        [("GET", "/orders/nobody", 404, 1006), ("GET", "/gateways/NONE", 404, 1023), ("GET", "/nowhere", 404, 1000),
         ("GET", "/recurring/nobody/token/none", 410, 1000), ("GET", "/accounts/1", 501, 1000),
         ("PUT", "/orders", 405, 1000)],
    )  # fmt: skip
    def test_others_keep_theirs_but_for_very_old_clients(self, method: str, path: str, status: int, code: int) -> None:
        found = {
            chosen: multisafepay_with(multisafepay_error_status=chosen).refusal(method, path)[:2]
            for chosen in STATUSES
        }

        assert {"400": (status, code), "404": (status, code), "422": (status, code), "200": (200, code)} == found

    @pytest.mark.parametrize(("chosen", "status"), [("400", 401), ("422", 401), ("200", 200)])
    def test_a_missing_key_is_401(self, chosen: str, status: int) -> None:
        http = app_with(multisafepay_error_status=chosen).test_client()

        assert status == http.get("/v1/json/me").status_code


class TestTheRoad:
    @pytest.mark.parametrize(
        "data",
        [
            b"", b"{", b"{'a': 1}", b"amount=100", b'{"amount": NaN}', b"\xff\xfe", b"[" * 100_000,
            b'{"amount": 1e999}', b'{"amount": -1E+999}', b'{"amount": 9.9e00400}', b'{"amount": Infinity}',
            b'{"shopping_cart": {"items": [{"weight": {"value": 1e999}}]}}',
        ],
    )  # fmt: skip
    def test_what_is_no_json_is_refused(self, shared: Flask, data: bytes) -> None:
        answer = shared.test_client().post("/v1/json/orders", data=data, headers=SEND)

        assert (400, 1000, "Invalid request") == (answer.status_code, *_told(answer))

    @pytest.mark.parametrize("number", ["1e99", "1e+99", "1E-999", "0e999"])
    def test_a_number_that_is_one_is_json(self, shared: Flask, number: str) -> None:
        answer = shared.test_client().post("/v1/json/orders", data=f'{{"order_id": {number}}}', headers=SEND)

        assert 1002 == _told(answer)[0]  # there is no currency

    def test_a_mark_before_the_body_is_passed_over(self, shared: Flask) -> None:
        data = b"\xef\xbb\xbf" + json.dumps(order_of("ON-BOM")).encode()

        answer = shared.test_client().post("/v1/json/orders", data=data, headers=SEND)

        assert (200, "ON-BOM") == (answer.status_code, answer.get_json()["data"]["order_id"])

    @pytest.mark.parametrize("depth", [50, 300, 900, 950, 5000])
    @pytest.mark.parametrize("where", ["options", "locale", "surprise"])
    def test_what_is_nested_deeply_is_never_a_failure(self, shared: Flask, depth: int, where: str) -> None:
        text = json.dumps(order_of("ON-DEEP", shopping_cart={"items": [line_of(100, options="@")]}))
        deep = "[" * depth + "]" * depth
        if where != "options":
            text = text.replace('"locale": "nl_NL"', f'"{where}": "@"').replace('"options": "@"', '"options": 1')

        answer = shared.test_client().post("/v1/json/orders", data=text.replace('"@"', deep), headers=SEND)

        expected = (200,) if depth <= 300 else (200, 400)
        assert answer.status_code in expected
        if answer.status_code == 400:
            assert (1000, "Invalid request") == _told(answer)

    @pytest.mark.parametrize("data", [b"[]", b'"order"', b"5", b"null", b"true", b'[{"order_id": "1"}]'])
    def test_what_is_no_object_is_refused(self, shared: Flask, data: bytes) -> None:
        answer = shared.test_client().post("/v1/json/orders", data=data, headers=SEND)

        assert (400, 1000, "Invalid request") == (answer.status_code, *_told(answer))

    def test_the_journal_says_why(self, multisafepay: MultiSafepay) -> None:
        multisafepay.refusal("POST", "/orders", ["order"])

        assert "the body is no JSON object" == multisafepay.explanation()["because"]

    @pytest.mark.parametrize(
        ("extra", "expected"), [(0, (404, 1006, "Invalid transaction ID")), (1, (413, 1000, "Request is too large"))]
    )
    def test_a_body_that_is_too_large_is_refused(
        self, shared: Flask, extra: int, expected: tuple[int, int, str]
    ) -> None:
        data = b'{"description": "' + b"x" * (MOST_BODY_BYTES - 19 + extra) + b'"}'

        answer = shared.test_client().post("/v1/json/orders", data=data, headers=SEND)

        assert MOST_BODY_BYTES + extra == len(data)
        assert expected == (answer.status_code, *_told(answer))

    @pytest.mark.parametrize(
        "path", ["/accounts", "/closing-balances", "/terminals", "/wallets/applepay", "/pos/receipt/1"]
    )
    def test_what_is_not_emulated_says_so(self, multisafepay: MultiSafepay, path: str) -> None:
        status, code, info = multisafepay.refusal("GET", path)

        assert (501, 1000) == (status, code)
        assert info.endswith(f"is not emulated: GET /v1/json{path}")

    def test_what_is_half_emulated_says_so(self, multisafepay: MultiSafepay) -> None:
        multisafepay.pay()

        status, code, info = multisafepay.refusal("PATCH", "/orders/ON-1", {"status": "shipped", "amount": 100})

        assert (501, 1000) == (status, code)
        assert "a partial shipment (100 of 10000) is not emulated" in info

    def test_an_unknown_path_names_what_is_near(self, multisafepay: MultiSafepay) -> None:
        assert (404, 1000, "Not found") == multisafepay.refusal("GET", "/gateway")

        assert "multisafepay.payments.list_gateways: GET /v1/json/gateways" in multisafepay.explanation()["near"]

    def test_a_failure_of_this_server_is_an_unknown_error(
        self, multisafepay: MultiSafepay, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        monkeypatch.setattr("mock_server.providers.multisafepay.actions.lists.CATEGORIES", "a broken table")

        assert (500, 1000, "Unknown error") == multisafepay.refusal("GET", "/categories")
        assert "has no attribute 'items'" in caplog.text

    def test_a_slash_at_the_end_does_not_matter(self, multisafepay: MultiSafepay) -> None:
        assert 200 == multisafepay.send("GET", "/categories/").status


def _told(answer: TestResponse) -> tuple[int, str]:
    """error_code and error_info of a refusal in the usual envelope."""
    told = answer.get_json()
    assert ["success", "data", "error_code", "error_info"] == list(told)
    assert (False, {}) == (told["success"], told["data"])
    return told["error_code"], told["error_info"]
