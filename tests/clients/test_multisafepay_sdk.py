"""MultiSafepay's own Python client, as shops use it, against this server over real HTTP."""

from __future__ import annotations

import sys
from decimal import Decimal
from importlib import import_module
from itertools import count
from typing import Any

import pytest
import requests

from tests.multisafepay import MultiSafepay
from tests.receiver import Receiver

if sys.version_info >= (3, 14):
    pytest.skip("MultiSafepay's client has no release for Python 3.14", allow_module_level=True)
sdk: Any = import_module("multisafepay")  # which ships no types
requests_of: Any = import_module("multisafepay.api.paths.orders.request")
parts: Any = import_module("multisafepay.api.paths.orders.request.components")
cards: Any = import_module("multisafepay.api.paths.orders.request.components.gateway_info.creditcard")
refunds: Any = import_module("multisafepay.api.paths.orders.order_id.refund.request")
updates: Any = import_module("multisafepay.api.paths.orders.order_id.update.request.update_request")
captures: Any = import_module("multisafepay.api.paths.orders.order_id.capture.request.capture_request")
cancelled: Any = import_module("multisafepay.api.paths.capture.request.capture_request")
shared: Any = import_module("multisafepay.api.shared")
carts: Any = import_module("multisafepay.api.shared.cart")
values: Any = import_module("multisafepay.value_object")
card_numbers: Any = import_module("multisafepay.value_object.creditcard.card_number")
codes: Any = import_module("multisafepay.value_object.creditcard.cvc")
webhooks: Any = import_module("multisafepay.util.webhook")

ITEMS = [("POT", 40, 2, 21), ("LID", 12.5, 3, 9), ("msp-shipping", Decimal("4.95"), 1, 21)]  # 122.45 net
AMOUNT = 14367
NUMBERS = count(1)


@pytest.fixture
def client(server: str, multisafepay_over_http: MultiSafepay, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK in a world of its own, sent here by the switch that it has for developers."""
    monkeypatch.setenv("MSP_SDK_BUILD_PROFILE", "dev")
    monkeypatch.setenv("MSP_SDK_ALLOW_CUSTOM_BASE_URL", "1")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return sdk.Sdk(multisafepay_over_http.api_key, False, base_url=f"{server}/v1")


@pytest.fixture
def orders(client: Any) -> Any:
    return client.get_order_manager()


def _customer() -> Any:
    return (
        shared.Customer()
        .add_locale("nl_NL")
        .add_first_name("Sanne")
        .add_last_name("Bakker")
        .add_address1("Kade")
        .add_house_number("7")
        .add_zip_code("3011AA")
        .add_city("Rotterdam")
        .add_country(values.Country(code="NL"))
        .add_phone(values.PhoneNumber(phone_number="0101234567"))
        .add_email(values.EmailAddress(email_address="sanne@shop.test"))
        .add_ip_address(values.IpAddress(ip_address="10.1.2.3"))
        .add_reference("sanne-1")
    )


def _cart() -> Any:
    items = [
        carts.CartItem()
        .add_name(f"A {item_id}")
        .add_description("of iron")
        .add_unit_price(price)
        .add_quantity(quantity)
        .add_merchant_item_id(item_id)
        .add_tax_rate_percentage(rate)
        .add_weight(values.Weight(unit="KG", value=2))
        for item_id, price, quantity, rate in ITEMS
    ]
    return carts.ShoppingCart().add_items(items)


def _order(kind: str = "redirect", gateway: str = "KLARNA", notify: str = "", **more: Any) -> Any:
    """A body of the SDK's making; ``add_capture="manual"`` calls that method."""
    cart = _cart()
    options = parts.PaymentOptions().add_redirect_url("http://shop.test/thanks").add_cancel_url("http://shop.test/cart")
    if notify:
        options.add_notification_url(notify).add_notification_method("POST")
    order = (
        requests_of.OrderRequest()
        .add_type(kind)
        .add_order_id(f"17952071{next(NUMBERS)}.413173")
        .add_gateway(gateway)
        .add_currency(values.Currency(currency="EUR"))
        .add_amount(values.Amount(amount=AMOUNT))
        .add_description(shared.Description(description="Two pots"))
        .add_customer(_customer())
        .add_delivery(_customer())
        .add_payment_options(options)
        .add_shopping_cart(cart)
        .add_checkout_options(parts.CheckoutOptions.generate_from_shopping_cart(cart))
        .add_plugin(parts.Plugin().add_plugin_version("1.0.0").add_shop("our own").add_partner("nobody"))
    )
    for name, value in more.items():
        getattr(order, name)(value)
    return order


def _data(response: Any) -> Any:
    """What a call answered, when it fits the SDK's models."""
    assert 200 == response.get_status_code()
    assert [True, None] == [response.get_body_success(), getattr(response, "warnings", None)]
    return response.get_data()


def _card() -> Any:
    return (
        cards.Creditcard()
        .add_card_number(card_numbers.CardNumber(card_number="4111111111111111"))
        .add_card_holder_name("S Bakker")
        .add_card_expiry_date("2912")
        .add_cvc(codes.Cvc(cvc="123"))
    )


def _part(amount: int, order_id: str) -> Any:
    request = captures.CaptureOrderRequest().add_amount(amount).add_new_order_id(order_id)
    return request.add_new_order_status("completed").add_reason("sent")


@pytest.fixture
def paid(orders: Any, multisafepay_over_http: MultiSafepay) -> Any:
    """A Klarna order that the shopper paid, as the SDK reads it."""
    created = _data(orders.create(_order()))
    multisafepay_over_http.complete(created.order_id)
    return _data(orders.get(created.order_id))


def test_klarna_is_among_the_gateways(client: Any) -> None:
    gateways = client.get_gateway_manager()

    found = _data(gateways.get_gateways())

    assert "KLARNA" in [gateway.id for gateway in found]
    assert "KLARNA" == _data(gateways.get_by_code("KLARNA")).id


def test_payment_methods_fit_the_model(client: Any) -> None:
    methods = client.get_payment_method_manager()

    found = {method.id: method for method in _data(methods.get_payment_methods())}
    klarna = _data(methods.get_by_gateway_code("KLARNA"))

    assert [True, False] == [klarna.shopping_cart_required, klarna.tokenization.is_enabled]
    assert found["VISA"].tokenization.models.subscription
    assert found["VISA"].apps.payment_components.is_enabled
    assert klarna.icon_urls.vector.endswith("/klarna.svg")


def test_issuers_categories_and_the_account_are_there(client: Any) -> None:
    issuers = _data(client.get_issuer_manager().get_issuers_by_gateway_code("mybank"))
    categories = _data(client.get_category_manager().get_categories())
    me = _data(client.get_me_manager().get())
    token = _data(client.get_auth_manager().get_api_token())

    assert ["3151"] == [issuer.code for issuer in issuers]
    assert {"Fashion and care", "Other"} <= {category.description for category in categories}
    assert [me.account_id, me.site_id] == [int(me.account_id), int(me.site_id)]
    assert token.api_token.startswith("pub.v2.")


def test_a_redirect_order_has_a_page(orders: Any) -> None:
    request = _order()

    created = _data(orders.create(request))

    assert request.order_id == created.order_id
    assert created.payment_url.startswith("http://127.0.0.1:")
    assert created.session_id in created.payment_url
    assert created.events_token and created.events_url and created.events_stream_url


def test_a_paid_order_is_read_with_its_cart(paid: Any) -> None:
    assert ["completed", "uncleared", "KLARNA", AMOUNT] == [
        paid.status, paid.financial_status, paid.payment_details.type, paid.amount,
    ]  # fmt: skip
    assert ITEMS == [
        (item.merchant_item_id, item.unit_price, item.quantity, round(float(item.tax_table_selector) * 100))
        for item in paid.shopping_cart.items
    ]


@pytest.mark.parametrize(("kind", "gateway"), [("direct", "KLARNA"), ("direct", "IDEAL"), ("direct", "AFTERPAY")])
def test_a_direct_order_is_an_order(orders: Any, kind: str, gateway: str) -> None:
    request = _order(kind, gateway)

    created = _data(orders.create(request))

    assert [request.order_id, gateway] == [created.order_id, created.payment_details.type]
    assert [request.order_id, created.transaction_id] == [
        getattr(_data(orders.get(request.order_id)), name) for name in ("order_id", "transaction_id")
    ]


def test_shipping_captures(orders: Any, paid: Any, multisafepay_over_http: MultiSafepay) -> None:
    update = updates.UpdateOrderRequest().add_status("shipped").add_tracktrace_code("3S1").add_carrier("PostNL")

    _data(orders.update(paid.order_id, update.add_ship_date("2026-11-20").add_reason("sent")))

    assert "shipped" == _data(orders.get(paid.order_id)).status
    assert AMOUNT == multisafepay_over_http.ledger_order(paid.order_id)["captured_amount"]


@pytest.mark.parametrize(("item_id", "quantity", "sum_"), [("POT", 1, 4840), ("POT", 0, 9680), ("LID", 2, 2725)])
def test_an_item_is_refunded(
    orders: Any, paid: Any, multisafepay_over_http: MultiSafepay, item_id: str, quantity: int, sum_: int
) -> None:
    multisafepay_over_http.ship(paid.order_id)

    refund = _data(orders.refund_by_item(paid, item_id, quantity))

    order = _data(orders.get(paid.order_id))
    assert [paid.transaction_id, sum_] == [refund.transaction_id, order.amount_refunded]
    assert sum_ == multisafepay_over_http.ledger_order(paid.order_id)["refunded_amount"]


def test_an_amount_is_refunded(orders: Any, paid: Any, multisafepay_over_http: MultiSafepay) -> None:
    multisafepay_over_http.ship(paid.order_id)
    request = refunds.RefundOrderRequest().add_currency(values.Currency(currency="EUR"))

    refund = _data(orders.refund(paid.order_id, request.add_amount(values.Amount(amount=100))))

    assert refund.refund_id not in (None, paid.transaction_id)
    assert ["partial_refunded", 100] == [
        getattr(_data(orders.get(paid.order_id)), name) for name in ("status", "amount_refunded")
    ]


def test_notifications_pass_the_clients_own_check(
    orders: Any, multisafepay_over_http: MultiSafepay, receiver: Receiver
) -> None:
    receiver.text = "OK"
    created = _data(orders.create(_order(notify=receiver.url(), add_var1="Ünï/cødé €")))
    multisafepay_over_http.complete(created.order_id)

    told = receiver.wait_for(2)

    key, check = multisafepay_over_http.api_key, webhooks.Webhook.validate
    assert [True, True] == [check(one.text, one.headers["auth"], key) for one in told]
    assert not check(told[0].text.replace("KLARNA", "KLARMA"), told[0].headers["auth"], key)
    assert not check(told[0].text, told[0].headers["auth"], key + "x")
    assert "Ünï/cødé €" == told[0].json["var1"]


def test_a_card_is_paid_shipped_and_refunded_at_once(orders: Any) -> None:
    created = _data(orders.create(_order("direct", "VISA", add_gateway_info=_card())))

    _data(orders.update(created.order_id, updates.UpdateOrderRequest().add_status("shipped")))
    refund = _data(orders.refund_by_item(created, "POT", 1))

    assert [created.transaction_id, True] == [refund.transaction_id, refund.refund_id is not None]


def test_a_reservation_is_captured_whole(orders: Any) -> None:
    created = _data(orders.create(_order("direct", "VISA", add_gateway_info=_card(), add_capture="manual")))

    captured = _data(orders.capture(created.order_id, _part(AMOUNT, f"capture_{created.order_id}")))

    assert [created.order_id, created.transaction_id] == [captured.order_id, captured.transaction_id]


def test_a_part_is_captured_and_the_rest_let_go(client: Any, orders: Any) -> None:
    created = _data(orders.create(_order("direct", "VISA", add_gateway_info=_card(), add_capture="manual")))
    part = f"capture_{created.order_id}"

    captured = _data(orders.capture(created.order_id, _part(10, part)))
    rest = client.get_capture_manager().capture_reservation_cancel(
        created.order_id, cancelled.CaptureRequest().add_status("cancelled").add_reason("no stock")
    )

    assert part == captured.order_id
    assert created.order_id == _data(rest).order_id


def test_a_card_is_kept_listed_and_removed(client: Any, orders: Any) -> None:
    request = _order("direct", "CREDITCARD", add_gateway_info=_card(), add_recurring_model="cardOnFile")
    token = _data(orders.create(request)).payment_details.recurring_id
    recurring = client.get_recurring_manager()

    listed = _data(recurring.get_list("sanne-1"))
    one = _data(recurring.get(token, "sanne-1"))
    removed = recurring.delete("sanne-1", token)

    assert [[token], token] == [[found.token for found in listed], one.token]
    assert {"removed": True} == removed.get_body_data()
    assert [] == _data(recurring.get_list("sanne-1"))


def test_transactions_come_with_a_pager(client: Any, orders: Any) -> None:
    created = [_data(orders.create(_order("direct", "VISA", add_gateway_info=_card()))) for _ in range(2)]

    response = client.get_transaction_manager().get_transactions({"limit": 1})

    assert [created[1].transaction_id] == [item.transaction_id for item in _data(response)]
    assert [1, str(created[1].transaction_id)] == [
        response.get_pager()["limit"], response.get_pager()["cursor"]["after"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("ask", "status", "code"),
    [
        (lambda orders: orders.get("nobody/knows"), 404, 1006),
        (lambda orders: orders.create(_order(add_currency=values.Currency(currency="XXX"))), 400, 1002),
        (lambda orders: orders.create(_order(add_amount=values.Amount(amount=AMOUNT + 2))), 400, 1027),
    ],
)
def test_a_refusal_reaches_the_caller(orders: Any, ask: Any, status: int, code: int) -> None:
    with pytest.raises(requests.HTTPError) as refused:
        ask(orders)

    assert [status, code] == [refused.value.response.status_code, refused.value.response.json()["error_code"]]
