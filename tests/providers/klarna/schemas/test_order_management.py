from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema

from mock_server.providers.klarna.errors.order_management import BadRequest, UnprocessableEntity
from mock_server.providers.klarna.schemas import order_management as schemas

from .bodies import MOST, PATH_TO_LINE, set_at
from .test_payments import get_at

LINE = {"name": "Kettle", "quantity": 1, "unit_price": 100, "total_amount": 100}
BODIES: dict[str, tuple[type[Schema], dict[str, Any]]] = {
    "create_capture": (schemas.CaptureSchema, {"captured_amount": 100, "order_lines": [LINE], "shipping_info": [{}]}),
    "create_refund": (schemas.RefundSchema, {"refunded_amount": 100, "order_lines": [LINE]}),
    "update_authorization": (schemas.AuthorizationSchema, {"order_amount": 100, "order_lines": [LINE]}),
    "update_customer_details": (schemas.CustomerDetailsSchema, {"shipping_address": {}}),
    "update_merchant_references": (schemas.MerchantReferencesSchema, {}),
    "add_shipping_info": (schemas.ShippingInfosSchema, {"shipping_info": [{}]}),
    "extend_due_date": (schemas.DueDateSchema, {"number_of_days": 14}),
}

TYPES = "physical|discount|shipping_fee|sales_tax|store_credit|gift_card|digital|surcharge|return_fee"
METHODS = (
    "(PickUpStore|Home|BoxReg|BoxUnreg|PickUpPoint|Own|Postal|DHLPackstation|Digital|Undefined|PickUpWarehouse"
    "|ClickCollect|PalletDelivery)"
)

Limits = tuple[list[Any], list[tuple[Any, str]]]  # values at the border; values beyond it, and Klarna's message


def text(most: int) -> Limits:
    return ["", "t" * most, None], [("t" * (most + 1), f"The size of the % value must be between 0 and {most}")]


def whole(least: int | None = None, most: int | None = None, *, required: bool = False) -> Limits:
    inside: list[Any] = [0, *([least] if least is not None else [-1, -MOST]), *([most] if most is not None else [])]
    beyond: list[tuple[Any, str]] = []
    if least is not None:
        beyond.append((least - 1, f"'%' must be greater than or equal to {least}"))
    if most is not None:
        beyond.append((most + 1, f"'%' must be less than or equal to {most}"))
    if required:
        beyond.append((None, "'%' must not be null"))
    return [value for value in inside if least is None or value >= least], beyond


def pattern(words: str) -> Limits:
    inside = words.strip("()").split("|")
    return [*inside, None], [(value, f"'%' must match \"{words}\"") for value in ("", "other", inside[0].upper() + " ")]


def many(least: int, most: int, item: Any, *, required: bool = False) -> Limits:
    message = f"The size of the % value must be between {least} and {most}"
    beyond: list[tuple[Any, str]] = [([item] * (most + 1), message)]
    if least:
        beyond.append(([], message))
    if required:
        beyond.append((None, "'%' must not be null"))
    return [[item] * max(least, 1), [item] * most], beyond


LINES: dict[str, Limits] = {
    "order_lines": many(0, 1000, LINE),
    f"{PATH_TO_LINE}.name": (["", "n" * 255], [("n" * 256, "The size of the % value must be between 0 and 255"),
                                               (None, "'%' must not be null")]),  # fmt: skip
    f"{PATH_TO_LINE}.quantity": whole(0, required=True),
    f"{PATH_TO_LINE}.unit_price": whole(None, MOST, required=True),
    f"{PATH_TO_LINE}.total_amount": whole(None, MOST, required=True),
    f"{PATH_TO_LINE}.type": pattern(TYPES),
    f"{PATH_TO_LINE}.reference": text(255),
    f"{PATH_TO_LINE}.quantity_unit": text(10),
    f"{PATH_TO_LINE}.tax_rate": whole(0),
    f"{PATH_TO_LINE}.total_discount_amount": whole(0, MOST),
    f"{PATH_TO_LINE}.total_tax_amount": whole(None, MOST),
    f"{PATH_TO_LINE}.merchant_data": text(1024),
    f"{PATH_TO_LINE}.product_url": text(1024),
    f"{PATH_TO_LINE}.image_url": text(1024),
    f"{PATH_TO_LINE}.product_identifiers.brand": text(70),
    f"{PATH_TO_LINE}.product_identifiers.category_path": text(750),
    f"{PATH_TO_LINE}.product_identifiers.global_trade_item_number": text(50),
    f"{PATH_TO_LINE}.product_identifiers.manufacturer_part_number": text(70),
    f"{PATH_TO_LINE}.product_identifiers.color": text(64),
    f"{PATH_TO_LINE}.product_identifiers.size": text(64),
    f"{PATH_TO_LINE}.subscription.name": (["", "s" * 255], [("s" * 256, text(255)[1][0][1]),
                                                            (None, "'%' must not be null")]),  # fmt: skip
    f"{PATH_TO_LINE}.subscription.interval": (
        ["DAY", "WEEK", "MONTH", "YEAR"],
        [("day", "'%' must match \"DAY|WEEK|MONTH|YEAR\""), (None, "'%' must not be null")],
    ),
    f"{PATH_TO_LINE}.subscription.interval_count": (
        [1, 12], [(0, "'%' must be greater than or equal to 1"), (None, "'%' must not be null")],
    ),
}  # fmt: skip
PARCELS: dict[str, Limits] = {
    "shipping_info[0].shipping_company": text(100),
    "shipping_info[0].shipping_method": pattern(METHODS),
    "shipping_info[0].tracking_number": text(100),
    "shipping_info[0].tracking_uri": text(1024),
    "shipping_info[0].return_shipping_company": text(100),
    "shipping_info[0].return_tracking_number": text(100),
    "shipping_info[0].return_tracking_uri": text(1024),
}
MOVE: dict[str, Limits] = {"description": text(255), "reference": text(255)}
TABLES: dict[str, dict[str, Limits]] = {
    "create_capture": {
        "captured_amount": whole(0, MOST, required=True), "shipping_info": many(0, 500, {}), "shipping_delay": whole(0),
        **MOVE, **LINES, **PARCELS,
    },
    "create_refund": {"refunded_amount": whole(0, MOST, required=True), **MOVE, **LINES},
    "update_authorization": {
        "order_amount": whole(0, MOST, required=True), "description": text(255), **LINES,
    },
    "update_customer_details": {
        f"shipping_address.{name}": text(most)
        for name, most in {
            "attention": 255, "city": 200, "country": 255, "email": 100, "family_name": 100, "given_name": 100,
            "organization_name": 255, "phone": 100, "postal_code": 10, "region": 200, "street_address": 100,
            "street_address2": 100, "title": 20,
        }.items()
    },
    "update_merchant_references": {"merchant_reference1": text(255), "merchant_reference2": text(255)},
    "add_shipping_info": {"shipping_info": many(1, 500, {}, required=True), **PARCELS},
    "extend_due_date": {"number_of_days": ([14, 0, -1], [(None, "'%' must not be null")])},
}  # fmt: skip


def cases(side: int) -> list[Any]:
    return [
        pytest.param(operation, path, value, id=f"{operation}-{path}-{index}")
        for operation, table in TABLES.items()
        for path, limits in table.items()
        for index, value in enumerate(limits[side])
    ]


def kept(body: Any, path: str) -> Any:
    try:
        return get_at(body, path)
    except (KeyError, AttributeError):
        return None


@pytest.mark.parametrize(("operation", "path", "value"), cases(0))
def test_a_value_at_the_border_is_taken(operation: str, path: str, value: Any) -> None:
    schema, body = BODIES[operation]

    loaded = schemas.load(schema, set_at(body, path, value))

    assert value == kept(loaded, path)


@pytest.mark.parametrize(("operation", "path", "value"), cases(1))
def test_a_value_beyond_the_border_is_refused_in_klarnas_words(operation: str, path: str, value: Any) -> None:
    schema, body = BODIES[operation]
    sent, message = value

    with pytest.raises(UnprocessableEntity) as refused:
        schemas.load(schema, set_at(body, path, sent))

    spelled = path.replace("[0]", "").replace(".", "/")
    assert (422, [message.replace("%", spelled)]) == (refused.value.status, refused.value.messages)
    assert [spelled] == [fault.path for fault in refused.value.faults]


REQUIRED = {
    "create_capture": "captured_amount", "create_refund": "refunded_amount", "update_authorization": "order_amount",
    "add_shipping_info": "shipping_info", "extend_due_date": "number_of_days",
}  # fmt: skip


@pytest.mark.parametrize("operation", BODIES)
def test_an_empty_body_misses_one_field_at_most(operation: str) -> None:
    schema, _ = BODIES[operation]
    if operation not in REQUIRED:
        assert {} == schemas.load(schema, {})
        return

    with pytest.raises(UnprocessableEntity) as refused:
        schemas.load(schema, {})

    assert [f"'{REQUIRED[operation]}' must not be null"] == refused.value.messages


TEXTS = [
    ("create_capture", "description"), ("create_refund", "reference"), ("update_authorization", f"{PATH_TO_LINE}.name"),
    ("update_customer_details", "shipping_address.postal_code"), ("update_merchant_references", "merchant_reference1"),
    ("add_shipping_info", "shipping_info[0].tracking_number"),
]  # fmt: skip
NUMBERS = [
    ("create_capture", "captured_amount"), ("create_refund", "refunded_amount"), ("extend_due_date", "number_of_days"),
    ("update_authorization", "order_amount"), ("create_capture", f"{PATH_TO_LINE}.total_amount"),
]  # fmt: skip
NO_TEXTS: list[Any] = [True, [], {}]
NO_NUMBERS: list[Any] = [True, [], {}, 5.5, "", "5.0", "five", "5 ", "١٢", "9" * 19]
NO_LISTS: list[Any] = [{}, "none", 5]


@pytest.mark.parametrize(("operation", "path"), TEXTS)
@pytest.mark.parametrize(("sent", "read"), [(1245, "1245"), (-1, "-1"), (1.5, "1.5"), ("1245", "1245")])
def test_a_number_is_taken_for_a_text(operation: str, path: str, sent: Any, read: str) -> None:
    schema, body = BODIES[operation]

    assert read == get_at(schemas.load(schema, set_at(body, path, sent)), path)


@pytest.mark.parametrize(("operation", "path"), NUMBERS)
@pytest.mark.parametrize("sent", [5, "5", "+5", "05", 5.0])
def test_digits_are_taken_for_a_number(operation: str, path: str, sent: Any) -> None:
    schema, body = BODIES[operation]

    read = get_at(schemas.load(schema, set_at(body, path, sent)), path)

    assert (5, int) == (read, type(read))


@pytest.mark.parametrize(
    ("operation", "path", "sent"),
    [
        *((operation, path, sent) for operation, path in TEXTS for sent in NO_TEXTS),
        *((operation, path, sent) for operation, path in NUMBERS for sent in NO_NUMBERS),
        *(("create_capture", path, sent) for path in ("order_lines", "shipping_info") for sent in NO_LISTS),
        ("create_capture", PATH_TO_LINE, "none"), ("create_capture", f"{PATH_TO_LINE}.subscription", []),
        ("update_customer_details", "shipping_address", "Lund"), ("add_shipping_info", "shipping_info", {}),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_cannot_be_read(operation: str, path: str, sent: Any) -> None:
    schema, body = BODIES[operation]

    with pytest.raises(BadRequest) as refused:
        schemas.load(schema, set_at(body, path, sent))

    assert (400, []) == (refused.value.status, refused.value.messages)
    assert all("is of another kind" in fault.text for fault in refused.value.faults)


@pytest.mark.parametrize("sent", [None, [], {}])
def test_null_and_nothing_count_as_left_out(sent: Any) -> None:
    loaded = schemas.load(schemas.CaptureSchema, {"captured_amount": 1, "order_lines": [], "unknown": sent})

    assert {"captured_amount": 1, "order_lines": []} == loaded


def test_all_that_is_wrong_is_told_each_once() -> None:
    lines = [LINE | {"quantity": -1}, LINE | {"quantity": -2, "name": None}]

    with pytest.raises(UnprocessableEntity) as refused:
        schemas.load(schemas.RefundSchema, {"refunded_amount": MOST + 1, "order_lines": lines})

    assert [
        "'refunded_amount' must be less than or equal to 200000000",
        "'order_lines/quantity' must be greater than or equal to 0",
        "'order_lines/name' must not be null",
    ] == refused.value.messages
    assert 4 == len(refused.value.faults)


def test_an_unreadable_value_comes_before_a_broken_rule() -> None:
    with pytest.raises(BadRequest):
        schemas.load(schemas.RefundSchema, {"refunded_amount": -1, "description": {}})


def test_what_was_sent_is_explained_behind_the_message() -> None:
    with pytest.raises(UnprocessableEntity) as refused:
        schemas.load(schemas.ShippingInfosSchema, {"shipping_info": [{"shipping_method": "Drone; now"}]})

    assert [f"'shipping_info/shipping_method' must match \"{METHODS}\"; it is 'Drone; now'"] == [
        fault.text for fault in refused.value.faults
    ]
    assert [f"'shipping_info/shipping_method' must match \"{METHODS}\""] == refused.value.messages
