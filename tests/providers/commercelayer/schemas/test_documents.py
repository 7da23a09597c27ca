"""What requests say: the form of documents, how values are read, and each refusal. Texts: jsonapi-resources, Rails."""

from __future__ import annotations

from typing import Any

import pytest

from tests.commercelayer import ADDRESS, JSON_API, SEED_ORDER, CommerceLayer, document_of

ORDER = f"/orders/{SEED_ORDER}"
CUSTOMER = {"email": "ann@shop.test"}
WEBHOOK = {"topic": "orders.place", "callback_url": "http://shop.test/hook"}


def refused(shop: CommerceLayer, method: str, path: str, body: Any) -> dict[str, Any]:
    """The only error of a refusal."""
    answer = shop.send(method, path, body)
    assert answer.status >= 400, answer.text
    [error] = answer.json["errors"]
    assert str(answer.status) == error["status"]
    found: dict[str, Any] = error
    return found


def created(shop: CommerceLayer, type_: str, **attributes: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.create(type_, attributes)["attributes"]
    return found


class TestForm:
    @pytest.mark.parametrize(
        ("body", "status", "code", "title", "detail"),
        [
            ({}, "400", "PARAM_MISSING", "Missing Parameter", "The required parameter, data, is missing."),
            ({"dat": {}}, "400", "PARAM_MISSING", "Missing Parameter", "The required parameter, data, is missing."),
            ({"data": None}, "400", "INVALID_DATA_FORMAT", "Invalid data format", "Data must be a hash."),
            ({"data": []}, "400", "INVALID_DATA_FORMAT", "Invalid data format", "Data must be a hash."),
            ({"data": "x"}, "400", "INVALID_DATA_FORMAT", "Invalid data format", "Data must be a hash."),
            ({"data": {}}, "400", "PARAM_MISSING", "Missing Parameter", "The required parameter, type, is missing."),
            (document_of("orders"), "400", "INVALID_RESOURCE", "Invalid resource", "orders is not a valid resource."),
            (document_of("customer"), "400", "INVALID_RESOURCE", "Invalid resource",
             "customer is not a valid resource."),
            (document_of("customers", CUSTOMER, id_="AbCdEfGhIj"), "400", "PARAM_NOT_ALLOWED", "Param not allowed",
             "id is not allowed."),
            ({"data": {"type": "customers", "attributes": []}}, "400", "INVALID_DATA_FORMAT", "Invalid data format",
             "attributes must be a hash."),
            ({"data": {"type": "customers", "relationships": "x"}}, "400", "INVALID_DATA_FORMAT", "Invalid data format",
             "relationships must be a hash."),
        ],
    )  # fmt: skip
    def test_a_document_of_another_form_is_refused(
        self, commercelayer: CommerceLayer, body: Any, status: str, code: str, title: str, detail: str
    ) -> None:
        error = refused(commercelayer, "POST", "/customers", body)

        assert {"title": title, "detail": detail, "code": code, "status": status} == error

    @pytest.mark.parametrize(
        ("id_", "code", "detail"),
        [("", "KEY_ORDER_MISMATCH", "A key is required."),
         ("AbCdEfGhIj", "KEY_NOT_INCLUDED_IN_URL", "The URL does not support the key AbCdEfGhIj")],
    )  # fmt: skip
    def test_an_update_says_which_as_its_url_does(
        self, commercelayer: CommerceLayer, id_: str, code: str, detail: str
    ) -> None:
        refusal = commercelayer.refusal("PATCH", ORDER, document_of("orders", {}, id_=id_))

        assert [f"400 {code} {detail}"] == refusal

    @pytest.mark.parametrize("data", [b"", b"{", b"[]", b"5", b"null", b'"x"', b'{"data": NaN}', b"\xff", b"[" * 99999])
    def test_what_is_no_json_object_is_refused(self, commercelayer: CommerceLayer, app: Any, data: bytes) -> None:
        headers = {"Authorization": f"Bearer {commercelayer.token}", "Content-Type": JSON_API}

        answer = app.test_client().post("/api/customers", data=data, headers=headers)

        assert (400, "BAD_REQUEST", "Bad Request") == (
            answer.status_code, answer.get_json(force=True)["errors"][0]["code"], answer.json["errors"][0]["title"],
        )  # fmt: skip

    @pytest.mark.parametrize("members", [{}, {"attributes": None}, {"attributes": {}, "relationships": None}])
    def test_attributes_and_relationships_may_be_missing(
        self, commercelayer: CommerceLayer, members: dict[str, Any]
    ) -> None:
        assert 201 == commercelayer.send("POST", "/orders", {"data": {"type": "orders", **members}}).status

    def test_members_that_nobody_knows_are_passed_over(self, commercelayer: CommerceLayer) -> None:
        body = {"data": {"type": "orders", "links": {}, "meta": {"a": 1}}, "jsonapi": {"version": "1.0"}}

        assert 201 == commercelayer.send("POST", "/orders", body).status


class TestStrangers:
    @pytest.mark.parametrize(
        ("type_", "attributes"),
        [
            ("customers", {"nope": 1}),
            ("customers", {"status": "acquired"}),
            ("customers", {"created_at": "2018-01-01T12:00:00.000Z"}),
            ("customers", {"id": "AbCdEfGhIj"}),
            ("orders", {"total_amount_cents": 1}),
            ("orders", {"status": "placed"}),
            ("orders", {"_place": True}),
            ("klarna_payments", {"auth_token": "x"}),
            ("klarna_payments", {"session_id": "x"}),
            ("webhooks", {"shared_secret": "x"}),
            ("webhooks", {"_reset_circuit": True}),
        ],
    )
    def test_what_cannot_be_written_is_refused(
        self, commercelayer: CommerceLayer, type_: str, attributes: dict[str, Any]
    ) -> None:
        [name] = attributes

        error = refused(commercelayer, "POST", f"/{type_}", document_of(type_, attributes))

        assert {
            "title": "Param not allowed", "detail": f"{name} is not allowed.", "code": "PARAM_NOT_ALLOWED",
            "status": "400",
        } == error  # fmt: skip

    @pytest.mark.parametrize("name", ["nope", "line_items", "transactions", "event_stores", "number"])
    def test_so_is_a_relationship(self, commercelayer: CommerceLayer, name: str) -> None:
        body = document_of("orders", {}, {name: ("line_items", "AbCdEfGhIj")}, SEED_ORDER)

        assert [f"400 PARAM_NOT_ALLOWED {name} is not allowed."] == commercelayer.refusal("PATCH", ORDER, body)

    def test_each_is_told(self, commercelayer: CommerceLayer) -> None:
        body = document_of("orders", {"status": "placed", "reference": "R", "token": "x"}, {"captures": []}, SEED_ORDER)

        refusal = commercelayer.refusal("PATCH", ORDER, body)

        assert [f"400 PARAM_NOT_ALLOWED {name} is not allowed." for name in ("status", "token", "captures")] == refusal

    def test_nothing_is_written_then(self, commercelayer: CommerceLayer) -> None:
        commercelayer.refusal("PATCH", ORDER, document_of("orders", {"reference": "R", "nope": 1}, id_=SEED_ORDER))

        assert None is commercelayer.read("orders", SEED_ORDER)["reference"]


class TestLinks:
    @pytest.mark.parametrize(
        "value",
        [None, [], {}, "x", {"id": "a", "type": "b"}, {"data": "x"}, {"data": []}, {"data": {"type": "orders"}},
         {"data": {"id": SEED_ORDER}}, {"data": {"type": "orders", "id": SEED_ORDER, "meta": {}}}],
    )  # fmt: skip
    def test_one_is_type_and_id_or_null(self, commercelayer: CommerceLayer, value: Any) -> None:
        body = {"data": {"type": "klarna_payments", "relationships": {"order": value}}}

        refusal = commercelayer.refusal("POST", "/klarna_payments", body)

        assert ["400 INVALID_LINKS_OBJECT Data is not a valid Links Object."] == refusal

    @pytest.mark.parametrize("value", [None, {"type": "tags", "id": "AbCdEfGhIj"}, ["x"], [None]])
    def test_many_are_a_list_of_those(self, commercelayer: CommerceLayer, value: Any) -> None:
        body = document_of("orders", id_=SEED_ORDER)
        body["data"]["relationships"] = {"tags": {"data": value}}

        refusal = commercelayer.refusal("PATCH", ORDER, body)

        assert ["400 INVALID_LINKS_OBJECT Data is not a valid Links Object."] == refusal

    @pytest.mark.parametrize("type_", ["order", "skus", "payment_gateways", "", 5])
    def test_another_type_is_refused(self, commercelayer: CommerceLayer, type_: Any) -> None:
        body = document_of("klarna_payments", {}, {"order": (type_, SEED_ORDER)})

        refusal = commercelayer.refusal("POST", "/klarna_payments", body)

        assert [f"400 TYPE_MISMATCH {type_} is not a valid type for this operation."] == refusal

    @pytest.mark.parametrize(
        ("type_", "name"),
        [
            ("orders", "customer"), ("orders", "shipping_address"), ("orders", "billing_address"), ("orders", "market"),
            ("orders", "payment_method"), ("orders", "payment_source"), ("line_items", "order"), ("line_items", "item"),
            ("customer_payment_sources", "customer"), ("customer_addresses", "address"), ("markets", "merchant"),
        ],
    )  # fmt: skip
    def test_a_gateway_is_none_of_them(self, commercelayer: CommerceLayer, type_: str, name: str) -> None:
        """Although payment methods lead to gateways by another type than their own."""
        gateway = ("payment_gateways", commercelayer.listed("/klarna_gateways")[0]["id"])
        body = document_of(type_, {}, {name: gateway}, SEED_ORDER if type_ == "orders" else "")
        way = ("PATCH", ORDER) if type_ == "orders" else ("POST", f"/{type_}")

        refusal = commercelayer.refusal(*way, body)

        assert ["400 TYPE_MISMATCH payment_gateways is not a valid type for this operation."] == refusal

    @pytest.mark.parametrize("to", [("orders", "AbCdEfGhIj"), None])
    def test_what_is_required_has_to_be_there(self, commercelayer: CommerceLayer, to: Any) -> None:
        error = refused(commercelayer, "POST", "/klarna_payments", document_of("klarna_payments", {}, {"order": to}))

        assert {
            "title": "can't be blank", "detail": "order - can't be blank", "code": "VALIDATION_ERROR",
            "source": {"pointer": "/data/relationships/order"}, "status": "422", "meta": {"error": "blank"},
        } == error  # fmt: skip

    def test_the_journal_says_what_was_not_there(self, commercelayer: CommerceLayer) -> None:
        commercelayer.refusal(
            "POST", "/klarna_payments", document_of("klarna_payments", {}, {"order": ("orders", "AbCdEfGhIj")})
        )

        assert "there is no order AbCdEfGhIj in world test" in str(commercelayer.explanation())

    def test_null_takes_away_what_may_be_missing(self, commercelayer: CommerceLayer) -> None:
        commercelayer.update("orders", SEED_ORDER, payment_method=None)

        assert {"data": None} == commercelayer.get(f"{ORDER}/payment_method")

    @pytest.mark.parametrize("type_", ["payment_gateways", "klarna_gateways"])
    def test_a_gateway_is_called_by_its_own_type_or_as_any(self, commercelayer: CommerceLayer, type_: str) -> None:
        gateway = commercelayer.listed("/klarna_gateways")[0]["id"]

        method = commercelayer.create(
            "payment_methods",
            {"payment_source_type": "klarna_payments", "price_amount_cents": 0},
            payment_gateway=(type_, gateway),
        )

        assert gateway == commercelayer.get(f"/payment_methods/{method['id']}/payment_gateway")["data"]["id"]


class TestValues:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [("68", 68), (68, 68), (68.0, 68), ("68.0", 68), ("-1", -1), (0, 0), (" 7 ", 7)],
    )
    def test_texts_are_read_as_whole_numbers(self, commercelayer: CommerceLayer, given: Any, expected: int) -> None:
        sku = commercelayer.listed("/skus")[0]["id"]

        assert expected == commercelayer.update("skus", sku, {"pieces_per_pack": given})["pieces_per_pack"]

    @pytest.mark.parametrize(("given", "expected"), [("0.5", 0.5), (2, 2.0), ("-3", -3.0), (1e3, 1000.0)])
    def test_and_as_any(self, commercelayer: CommerceLayer, given: Any, expected: float) -> None:
        assert expected == created(commercelayer, "addresses", **ADDRESS, lat=given)["lat"]

    @pytest.mark.parametrize(
        ("given", "expected"),
        [(True, True), ("true", True), (1, True), ("yes", True), ("1", True), (False, False), ("false", False),
         (0, False), ("0", False), ("f", False), ("off", False), ("FALSE", False), (None, None), ("", None)],
    )  # fmt: skip
    def test_flags_are_true_unless_they_say_no(self, commercelayer: CommerceLayer, given: Any, expected: Any) -> None:
        assert expected == created(commercelayer, "addresses", **ADDRESS, business=given)["business"]

    @pytest.mark.parametrize(("given", "expected"), [(5, "5"), (1.5, "1.5"), (True, "true"), ("", ""), (None, None)])
    def test_texts_are_texts(self, commercelayer: CommerceLayer, given: Any, expected: Any) -> None:
        assert expected == created(commercelayer, "orders", reference=given)["reference"]

    @pytest.mark.parametrize(
        ("given", "expected"),
        [("2030-01-02T03:04:05.678Z", "2030-01-02T03:04:05.678Z"), ("2030-01-02T03:04:05Z", "2030-01-02T03:04:05.000Z"),
         ("2030-01-02T03:04:05+02:00", "2030-01-02T01:04:05.000Z"), (None, None)],
    )  # fmt: skip
    def test_times_are_told_in_utc(self, commercelayer: CommerceLayer, given: Any, expected: Any) -> None:
        assert expected == created(commercelayer, "orders", expires_at=given)["expires_at"]

    def test_any_script_survives(self, commercelayer: CommerceLayer) -> None:
        text = "Größe 尺寸 👟 \u2028 <&>\"'\\ \x7f"

        answer = commercelayer.send("POST", "/orders", document_of("orders", {"reference": text}))

        assert text == answer.json["data"]["attributes"]["reference"]
        assert "尺寸 👟" in answer.text

    @pytest.mark.parametrize(
        ("type_", "attributes", "name", "title", "key"),
        [
            ("skus", {"pieces_per_pack": "six"}, "pieces_per_pack", "is not a number", "not_a_number"),
            ("skus", {"pieces_per_pack": True}, "pieces_per_pack", "is not a number", "not_a_number"),
            ("skus", {"pieces_per_pack": "nan"}, "pieces_per_pack", "is not a number", "not_a_number"),
            ("skus", {"pieces_per_pack": "inf"}, "pieces_per_pack", "is not a number", "not_a_number"),
            ("skus", {"pieces_per_pack": "1e99"}, "pieces_per_pack", "is not a number", "not_a_number"),
            ("skus", {"pieces_per_pack": "1_0"}, "pieces_per_pack", "is not a number", "not_a_number"),
            ("skus", {"pieces_per_pack": 1.5}, "pieces_per_pack", "must be an integer", "not_an_integer"),
            ("skus", {"weight": "heavy"}, "weight", "is not a number", "not_a_number"),
            ("skus", {"weight": []}, "weight", "is not a number", "not_a_number"),
            ("skus", {"weight": "nan"}, "weight", "is not a number", "not_a_number"),
            ("skus", {"weight": "-inf"}, "weight", "is not a number", "not_a_number"),
            ("skus", {"weight": "1e400"}, "weight", "is not a number", "not_a_number"),
            ("skus", {"weight": "1_0"}, "weight", "is not a number", "not_a_number"),
            ("skus", {"name": ["x"]}, "name", "is invalid", "invalid"),
            ("skus", {"name": {"en": "x"}}, "name", "is invalid", "invalid"),
            ("skus", {"metadata": "x"}, "metadata", "is invalid", "invalid"),
            ("skus", {"metadata": [1]}, "metadata", "is invalid", "invalid"),
            ("orders", {"expires_at": "tomorrow"}, "expires_at", "is invalid", "invalid"),
            ("orders", {"expires_at": 5}, "expires_at", "is invalid", "invalid"),
            ("orders", {"expires_at": {}}, "expires_at", "is invalid", "invalid"),
            ("webhooks", {"include_resources": "order"}, "include_resources", "is invalid", "invalid"),
            ("webhooks", {"include_resources": [5]}, "include_resources", "is invalid", "invalid"),
        ],
    )
    def test_what_a_value_cannot_be_is_refused(
        self, commercelayer: CommerceLayer, type_: str, attributes: dict[str, Any], name: str, title: str, key: str
    ) -> None:
        id_ = _one(commercelayer, type_)

        error = refused(commercelayer, "PATCH", f"/{type_}/{id_}", document_of(type_, attributes, id_=id_))

        value = attributes[name]
        told = {"value": value} if isinstance(value, str | int | float) else {}
        assert {
            "title": title, "detail": f"{name} - {title}", "code": "VALIDATION_ERROR",
            "source": {"pointer": f"/data/attributes/{name}"}, "status": "422", "meta": {"error": key, **told},
        } == error  # fmt: skip

    @pytest.mark.parametrize("value", ["", None])
    def test_what_is_required_cannot_be_taken_away(self, commercelayer: CommerceLayer, value: Any) -> None:
        customer = commercelayer.create("customers", CUSTOMER)["id"]

        body = document_of("customers", {"email": value}, id_=customer)

        assert ["422 VALIDATION_ERROR email - can't be blank"] == commercelayer.refusal(
            "PATCH", f"/customers/{customer}", body
        )

    def test_all_that_is_wrong_is_told_at_once(self, commercelayer: CommerceLayer) -> None:
        attributes = {"price_amount_cents": "x", "metadata": 5}
        body = document_of("payment_methods", attributes, {"market": ("markets", "nope")})

        refusal = commercelayer.refusal("POST", "/payment_methods", body)

        assert {
            "metadata - is invalid", "price_amount_cents - is not a number", "payment_source_type - can't be blank",
            "market - can't be blank", "payment_gateway - can't be blank",
        } == {each.removeprefix("422 VALIDATION_ERROR ") for each in refusal}  # fmt: skip
        assert 5 == len(refusal)


def _one(shop: CommerceLayer, type_: str) -> str:
    if type_ == "webhooks":
        return str(shop.create("webhooks", WEBHOOK)["id"])
    return str(shop.listed(f"/{type_}")[0]["id"])
