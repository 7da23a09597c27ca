from __future__ import annotations

import json
import re

import pytest

from .conftest import Klarna, purchase_of

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-6][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
BADGE = "https://x.klarnacdn.net/payment-method/assets/badges/generic/klarna.svg"
CONFIRMATION = {"confirmation": "https://shop.test/thanks?order={order.id}&session={session.id}"}


class TestCreateSession:
    def test_a_session_is_created(self, klarna: Klarna) -> None:
        answer = klarna.create_session()

        body = answer.get_json()
        assert 200 == answer.status_code
        assert ["session_id", "client_token", "payment_method_categories"] == list(body)
        assert UUID.fullmatch(body["session_id"])
        assert {"pay_later", "pay_over_time", "pay_now"} == {
            category["identifier"] for category in body["payment_method_categories"]
        }
        assert all(
            {"descriptive": BADGE, "standard": BADGE} == category["asset_urls"]
            for category in body["payment_method_categories"]
        )

    def test_a_session_whose_lines_do_not_add_up_is_refused(self, klarna: Klarna) -> None:
        answer = klarna.create_session(purchase_of(order_amount=25001))

        assert (400, ["Bad value: order_amount"]) == (answer.status_code, answer.get_json()["error_messages"])
        assert [] == list(klarna.world.store.all("sessions"))

    @pytest.mark.parametrize("path", ["/payments/v1/sessions/", "/credit/v1/sessions", "/credit/v1/sessions/"])
    def test_recorded_spellings_of_the_path_create_a_session_too(self, klarna: Klarna, path: str) -> None:
        answer = klarna.call("POST", path, purchase_of())

        assert 200 == answer.status_code
        assert 1 == len(list(klarna.world.store.all("sessions")))


class TestReadSession:
    def test_a_session_is_read_with_what_was_sent(self, klarna: Klarna) -> None:
        created = klarna.create_session().get_json()

        answer = klarna.read_session(created["session_id"])

        body = answer.get_json()
        assert 200 == answer.status_code
        assert purchase_of() == {name: body[name] for name in purchase_of()}
        assert ("incomplete", "2026-11-22T12:00:00.000Z", "buy", "ECOMMERCE") == tuple(
            body[name] for name in ("status", "expires_at", "intent", "acquiring_channel")
        )
        assert created["client_token"] == body["client_token"]
        assert created["payment_method_categories"] == body["payment_method_categories"]
        assert "authorization_token" not in body

    def test_an_unknown_session_is_refused(self, klarna: Klarna) -> None:
        answer = klarna.read_session("b4bd3423-24e3")

        assert (404, "NOT_FOUND", ["Invalid session id"]) == (
            answer.status_code, answer.get_json()["error_code"], answer.get_json()["error_messages"],
        )  # fmt: skip

    def test_a_body_on_get_is_passed_over(self, klarna: Klarna) -> None:
        session_id = klarna.session_id()

        answer = klarna.call("GET", f"/payments/v1/sessions/{session_id}", {})

        assert 200 == answer.status_code


class TestUpdateSession:
    def test_an_update_is_answered_with_nothing(self, klarna: Klarna) -> None:
        session_id = klarna.session_id()

        answer = klarna.update_session(session_id, {"merchant_reference1": "ON4711"})

        assert (204, b"") == (answer.status_code, answer.data)
        assert not {"Content-Type", "Content-Length"} & set(answer.headers.keys())
        assert "Klarna-Correlation-Id" in answer.headers
        assert "ON4711" == klarna.read_session(session_id).get_json()["merchant_reference1"]

    def test_an_empty_update_changes_nothing(self, klarna: Klarna) -> None:
        session_id = klarna.session_id()
        before = klarna.read_session(session_id).get_json()

        answer = klarna.update_session(session_id, {})

        assert 204 == answer.status_code
        assert before == klarna.read_session(session_id).get_json()

    def test_an_update_that_breaks_the_whole_is_refused(self, klarna: Klarna) -> None:
        session_id = klarna.session_id()

        answer = klarna.update_session(session_id, {"order_amount": 1})

        assert (400, ["Bad value: order_amount"]) == (answer.status_code, answer.get_json()["error_messages"])
        assert 25000 == klarna.read_session(session_id).get_json()["order_amount"]


class TestCreateOrder:
    def test_an_order_is_placed(self, klarna: Klarna) -> None:
        session_id = klarna.session_id(merchant_urls=CONFIRMATION)
        token = klarna.authorize(session_id).get_json()["authorization_token"]

        answer = klarna.create_order(token)

        body = answer.get_json()
        assert 200 == answer.status_code
        assert ["order_id", "redirect_url", "fraud_status", "authorized_payment_method"] == list(body)
        assert UUID.fullmatch(body["order_id"])
        assert f"http://localhost/eu/kp/v1/sessions/{session_id}/redirect" == body["redirect_url"]
        assert ("ACCEPTED", {"type": "invoice"}) == (body["fraud_status"], body["authorized_payment_method"])
        assert "complete" == klarna.read_session(session_id).get_json()["status"]

    def test_an_order_with_a_changed_address_is_refused(self, klarna: Klarna) -> None:
        token = klarna.token(billing_address={"postal_code": "11122"})

        answer = klarna.create_order(token, purchase_of(billing_address={"postal_code": "22211"}))

        assert (409, ["Not matching fields: [billing_address.postal_code]"]) == (
            answer.status_code, answer.get_json()["error_messages"],
        )  # fmt: skip
        assert [] == list(klarna.world.store.all("orders"))


class TestDeleteAuthorization:
    def test_an_authorization_is_deleted(self, klarna: Klarna) -> None:
        token = klarna.token()

        answer = klarna.delete_authorization(token)

        assert (204, b"") == (answer.status_code, answer.data)
        assert "Klarna-Correlation-Id" in answer.headers
        assert 404 == klarna.create_order(token).status_code

    def test_an_unknown_authorization_is_refused(self, klarna: Klarna) -> None:
        answer = klarna.delete_authorization("b4bd3423-24e3")

        assert (404, ["Invalid authorization token"]) == (answer.status_code, answer.get_json()["error_messages"])


class TestCreateCustomerToken:
    def test_a_customer_token_is_created(self, klarna: Klarna) -> None:
        token = klarna.token(
            intent="tokenize", merchant_urls=CONFIRMATION, billing_address={"given_name": "Astrid"},
            customer={"date_of_birth": "1978-12-31", "national_identification_number": "781231-0000"},
        )  # fmt: skip

        answer = klarna.create_customer_token(token)

        body = answer.get_json()
        assert 200 == answer.status_code
        assert ["token_id", "redirect_url", "billing_address", "customer"] == list(body)
        assert UUID.fullmatch(body["token_id"])
        assert ({"given_name": "Astrid"}, {"date_of_birth": "1978-12-31"}) == (
            body["billing_address"], body["customer"],
        )  # fmt: skip

    def test_a_customer_token_of_a_plain_purchase_is_refused(self, klarna: Klarna) -> None:
        answer = klarna.create_customer_token(klarna.token(intent="buy"))

        assert (403, "INVALID_OPERATION", ["Not allowed to create customer token for intent buy"]) == (
            answer.status_code, answer.get_json()["error_code"], answer.get_json()["error_messages"],
        )  # fmt: skip


class TestAuthorize:
    def test_a_shopper_is_authorized(self, klarna: Klarna) -> None:
        session_id = klarna.session_id()

        answer = klarna.authorize(session_id)

        body = answer.get_json()
        assert 200 == answer.status_code
        assert ["approved", "show_form", "authorization_token"] == list(body)
        assert (True, True) == (body["approved"], body["show_form"])
        assert body["authorization_token"] == klarna.read_session(session_id).get_json()["authorization_token"]

    def test_the_fields_that_the_widget_marks_can_be_chosen(self, klarna: Klarna) -> None:
        answer = klarna.authorize(klarna.session_id(), outcome="invalid_fields", fields=["customer.title"])

        assert {"invalid_fields": ["customer.title"]} == answer.get_json()["error"]

    @pytest.mark.parametrize(
        ("outcome", "expected"),
        [
            ("rejected", {"approved": False, "show_form": False}),
            ("aborted", {"approved": False, "show_form": True}),
            ("finalize_required", {"approved": True, "show_form": True, "finalize_required": True}),
        ],
    )
    def test_an_outcome_without_a_token_is_answered_like_the_browsers_callback(
        self, klarna: Klarna, outcome: str, expected: dict[str, bool]
    ) -> None:
        answer = klarna.authorize(klarna.session_id(), outcome=outcome)

        assert (200, expected) == (answer.status_code, answer.get_json())
        assert [] == list(klarna.world.store.all("authorizations"))

    def test_an_unknown_outcome_is_refused_with_those_there_are(self, klarna: Klarna) -> None:
        answer = klarna.authorize(klarna.session_id(), outcome="aproved")

        assert 400 == answer.status_code
        assert "outcome: 'aproved' is none of accepted, pending, rejected" in answer.get_json()["error"]

    def test_an_unknown_session_is_refused_in_this_servers_own_words(self, klarna: Klarna) -> None:
        answer = klarna.authorize("nobody")

        assert (404, "NOT_FOUND") == (answer.status_code, answer.get_json()["code"])
        assert "Invalid session id: no session nobody in world default" == answer.get_json()["error"]

    def test_a_completed_session_is_refused(self, klarna: Klarna) -> None:
        session_id = klarna.session_id()
        klarna.create_order(klarna.authorize(session_id).get_json()["authorization_token"])

        answer = klarna.authorize(session_id)

        assert (404, "SESSION_COMPLETED") == (answer.status_code, answer.get_json()["code"])

    def test_a_misspelt_key_is_refused_with_the_nearest_right_one(self, klarna: Klarna) -> None:
        answer = klarna.call("POST", "/_mock/klarna/authorizations", {"sesion_id": "1"})

        assert 400 == answer.status_code
        assert "sesion_id: unknown key; did you mean 'session_id'?" in answer.get_json()["error"]


class TestRedirect:
    def test_a_browser_is_sent_on_to_the_shop(self, klarna: Klarna) -> None:
        session_id = klarna.session_id(merchant_urls=CONFIRMATION)
        order = klarna.create_order(klarna.authorize(session_id).get_json()["authorization_token"]).get_json()

        answer = klarna.http.get(order["redirect_url"])

        assert 302 == answer.status_code
        expected = f"https://shop.test/thanks?order={order['order_id']}&session={session_id}"
        assert expected == answer.headers["Location"]

    def test_a_browser_with_an_unknown_session_is_refused(self, klarna: Klarna) -> None:
        answer = klarna.http.get("/eu/kp/v1/sessions/nobody/redirect")

        assert 404 == answer.status_code


NEEDS_A_BODY = [
    ("POST", "/payments/v1/sessions"),
    ("POST", "/payments/v1/sessions/{session}"),
    ("POST", "/payments/v1/authorizations/{token}/order"),
    ("POST", "/payments/v1/authorizations/{token}/customer-token"),
]


@pytest.mark.parametrize(("method", "path"), NEEDS_A_BODY)
@pytest.mark.parametrize("text", ["", "{", "[]", '"text"', "null", "NaN", '{"order_amount": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(klarna: Klarna, method: str, path: str, text: str) -> None:
    session_id = klarna.session_id()
    token = klarna.authorize(session_id).get_json()["authorization_token"]

    answer = klarna.http.open(
        path.format(session=session_id, token=token), method=method, data=text,
        headers={"Authorization": klarna.authorization, "Content-Type": "application/json"},
    )  # fmt: skip

    body = answer.get_json()
    assert (400, "BAD_REQUEST", []) == (answer.status_code, body["error_code"], body["error_messages"])


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/json"])
def test_the_content_type_of_a_request_does_not_matter(klarna: Klarna, content_type: str) -> None:
    """curl -d sends a form's content type."""
    answer = klarna.http.post(
        "/payments/v1/sessions", data=json.dumps(purchase_of()),
        headers={"Authorization": klarna.authorization, "Content-Type": content_type},
    )  # fmt: skip

    assert 200 == answer.status_code
