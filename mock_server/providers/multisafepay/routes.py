"""MultiSafepay's endpoints: method, path, body, outcomes; each view is one call of the action of its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.core.clock import parse_duration
from mock_server.core.errors import Misused
from mock_server.core.later import Later
from mock_server.core.rules import ACCEPTED, Option
from mock_server.ledger.decisions import PENDING_OPTIONS
from mock_server.providers.multisafepay import errors
from mock_server.providers.multisafepay.auth import remember_key, site_of
from mock_server.providers.multisafepay.schemas.wire import succeeded
from mock_server.providers.multisafepay.state import orders
from mock_server.web.operations import Call, Outcomes, Reply, chosen, operation
from mock_server.web.pages import form, pressed

if TYPE_CHECKING:
    from mock_server.providers.multisafepay import pages
    from mock_server.providers.multisafepay.actions import cards, lists, refunds, shopper
    from mock_server.providers.multisafepay.actions import orders as actions
    from mock_server.providers.multisafepay.schemas import money
    from mock_server.providers.multisafepay.schemas import orders as schemas
    from mock_server.providers.multisafepay.state import purchase
else:
    _HERE = "mock_server.providers.multisafepay"
    pages, purchase = Later(f"{_HERE}.pages"), Later(f"{_HERE}.state.purchase")
    actions, cards = Later(f"{_HERE}.actions.orders"), Later(f"{_HERE}.actions.cards")
    lists = Later(f"{_HERE}.actions.lists")
    refunds, shopper = Later(f"{_HERE}.actions.refunds"), Later(f"{_HERE}.actions.shopper")
    money, schemas = Later(f"{_HERE}.schemas.money"), Later(f"{_HERE}.schemas.orders")

BASE = "/v1/json"
ORDERS, PAYMENTS, SHOPPER = "multisafepay.orders", "multisafepay.payments", "multisafepay.shopper"
DOCS = "https://docs.multisafepay.com/reference/"

# real paths that this server does not answer -> what is missing
NOT_EMULATED: Mapping[str, str] = {
    f"{BASE}/accounts": "accounts and onboarding",
    f"{BASE}/signup-account": "accounts and onboarding",
    f"{BASE}/bank-accounts": "accounts and onboarding",
    f"{BASE}/ubos": "accounts and onboarding",
    f"{BASE}/sites": "accounts and onboarding",
    f"{BASE}/customers": "accounts and onboarding",
    f"{BASE}/closing-balances": "closing balances",
    f"{BASE}/wallets": "wallet sessions (Apple Pay)",
    f"{BASE}/terminals": "terminals (point of sale)",
    f"{BASE}/terminal-groups": "terminals (point of sale)",
    f"{BASE}/pos": "receipts (point of sale)",
    f"{BASE}/pad": "pay-after-delivery extras",
    f"{BASE}/padprechecks": "pay-after-delivery extras",
    "/events": "the event stream of a payment",
}
SHOPPER_OUTCOMES: Outcomes = {
    ACCEPTED: {}, "pending": PENDING_OPTIONS, "declined": {"reason": Option("told as the order's reason")},
    "cancelled": {}, "expired": {},
}  # fmt: skip


def _act_of_a_shopper(word: Any) -> None:
    if word not in SHOPPER_OUTCOMES or word == "pending":
        raise ValueError(f"becomes is {word!r}; expected accepted, declined, cancelled or expired")


# options of the outcome "later" of a new order: nobody needs to open its page
LATER_OPTIONS = {
    "becomes": Option("what the shopper does then: accepted, declined, cancelled or expired", _act_of_a_shopper),
    "after": Option("how long the shopper takes, as a duration: 2m", parse_duration),
}


def _ids_of_orders(path: str = "") -> dict[str, Any]:
    """Both spellings of a path of one order, and how it is found; ids may hold slashes."""
    return {
        "aliases": (f"/orders/<path:order_id>{path}",),
        "find": _order,
        "purchase": lambda call: _known_purchase(call),
    }


def _order(call: Call) -> Any:
    return actions.find_order(call.world, call.path_args["order_id"], site_of(call.credential))


def _known_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of an order that is there: the order, also in Klarna's names."""
    if "session_id" in call.path_args:
        order = orders.find_by_session(call.world, call.path_args["session_id"])
    elif call.path.startswith("/_mock"):
        order = orders.find_anywhere(call.world, call.path_args["order_id"])
    else:
        order = orders.find(call.world, call.path_args["order_id"], site_of(call.credential))
    return purchase.seen_by_rules(order) if order else {}


def _asked_purchase(call: Call) -> Mapping[str, Any]:
    """What rules see as purchase.* of a new order: its body, unchecked, with some of Klarna's names."""
    body = call.json if isinstance(call.json, dict) else {}
    customer = body.get("customer")
    customer = customer if isinstance(customer, dict) else {}
    info = body.get("gateway_info")
    info = info if isinstance(info, dict) else {}
    iban = info.get("account_iban") or info.get("bank_account") or info.get("bankaccount")
    return {**body, "country": customer.get("country"), "billing_address": customer, "iban": iban}


@operation(
    ORDERS, "POST", f"{BASE}/orders", docs=DOCS + "createorder", aliases=("/orders",), purchase=_asked_purchase,
    load=lambda call: schemas.load_order(call.json, call.world.settings), schema=lambda: schemas.OrderSchema,
    outcomes={ACCEPTED: {}, "declined": {}, "later": LATER_OPTIONS},
    errors=(
        errors.InvalidAmount, errors.InvalidCurrency, errors.InvalidTransactionId, errors.InvalidIpAddress,
        errors.InvalidDescription, errors.InvalidVariable, errors.MissingData, errors.InvalidCountryCode,
        errors.CannotCreateTransaction, errors.ExistsAtThirdParty, errors.NoGateway, errors.TransactionRefused,
        errors.SeveralCurrencies, errors.OtherCartCurrency, errors.OtherCartAmount, errors.IncorrectTaxRate,
        errors.InvalidItemTaxRate, errors.IncorrectItemCurrency, errors.IncorrectItemPrice, errors.InvalidIssuer,
        *errors.NEVER_NATURAL, *errors.COMMON,
    ),
)  # fmt: skip
def create_order(call: Call) -> Reply:
    remember_key(call.world, call.credential)
    site = site_of(call.credential)
    return succeeded(actions.create_order(call.world, call.body, call.decision, site=site, base_url=call.base_url))


@operation(
    ORDERS, "GET", f"{BASE}/orders/<path:order_id>", docs=DOCS + "getorder", **_ids_of_orders(),
    errors=(errors.InvalidTransactionId, *errors.COMMON),
)  # fmt: skip
def read_order(call: Call) -> Reply:
    return succeeded(actions.read_order(call.world, call.found))


@operation(
    ORDERS, "PATCH", f"{BASE}/orders/<path:order_id>", docs=DOCS + "updateorder", **_ids_of_orders(),
    load=lambda call: schemas.load_update(call.json), schema=lambda: schemas.UpdateSchema,
    errors=(errors.InvalidTransactionId, errors.MissingData, errors.NotFound, *errors.COMMON),
)  # fmt: skip
def update_order(call: Call) -> Reply:
    return succeeded(actions.update_order(call.world, call.found, call.body))


@operation(
    ORDERS, "POST", f"{BASE}/orders/<path:order_id>/refunds", docs=DOCS + "refundorder", **_ids_of_orders("/refunds"),
    load=lambda call: money.load_refund(call.json), schema=lambda: money.RefundSchema,
    outcomes={ACCEPTED: {}, "reserved": {}},
    errors=(
        errors.InvalidTransactionId, errors.InvalidAmount, errors.InvalidCurrency, errors.NoRefundInformation,
        errors.CannotRefund, errors.SameRefund, *errors.COMMON,
    ),
)  # fmt: skip
def create_refund(call: Call) -> Reply:
    return succeeded(refunds.create_refund(call.world, call.found, call.body, call.decision))


@operation(
    ORDERS, "PATCH", f"{BASE}/orders/<path:order_id>/refunds/<refund_id>", docs=DOCS + "updaterefund",
    **_ids_of_orders("/refunds/<refund_id>"),
    load=lambda call: money.load_refund_update(call.json), schema=lambda: money.RefundUpdateSchema,
    errors=(errors.InvalidTransactionId, errors.MissingData, errors.NoRefundInformation, *errors.COMMON),
)  # fmt: skip
def update_refund(call: Call) -> Reply:
    return succeeded(refunds.update_refund(call.world, call.found, call.path_args["refund_id"], call.body))


@operation(
    ORDERS, "POST", f"{BASE}/orders/<path:order_id>/capture", docs=DOCS + "captureorder", **_ids_of_orders("/capture"),
    load=lambda call: money.load_capture(call.json), schema=lambda: money.CaptureSchema,
    errors=(errors.InvalidTransactionId, errors.InvalidAmount, errors.MissingData, *errors.COMMON),
)  # fmt: skip
def create_capture(call: Call) -> Reply:
    return succeeded(cards.create_capture(call.world, call.found, call.body))


@operation(
    ORDERS, "PATCH", f"{BASE}/capture/<path:order_id>", docs=DOCS + "cancelcapture",
    find=_order, purchase=_known_purchase,
    load=lambda call: money.load_capture_update(call.json), schema=lambda: money.CaptureUpdateSchema,
    errors=(errors.InvalidTransactionId, errors.MissingData, *errors.COMMON),
)  # fmt: skip
def cancel_capture(call: Call) -> Reply:
    return succeeded(cards.cancel_capture(call.world, call.found, call.body))


@operation(PAYMENTS, "GET", f"{BASE}/gateways", docs=DOCS + "listgateways", errors=errors.COMMON)
def list_gateways(call: Call) -> Reply:
    return succeeded(lists.list_gateways(call.query))


@operation(
    PAYMENTS, "GET", f"{BASE}/gateways/<gateway_id>", docs=DOCS + "getgateway",
    errors=(errors.NoGateway, *errors.COMMON),
)  # fmt: skip
def read_gateway(call: Call) -> Reply:
    return succeeded(lists.read_gateway(call.path_args["gateway_id"]))


@operation(PAYMENTS, "GET", f"{BASE}/payment-methods", docs=DOCS + "listpaymentmethods", errors=errors.COMMON)
def list_payment_methods(call: Call) -> Reply:
    return succeeded(lists.list_payment_methods(call.query))


@operation(
    PAYMENTS, "GET", f"{BASE}/payment-methods/<gateway_id>", docs=DOCS + "getpaymentmethod",
    errors=(errors.NoGateway, *errors.COMMON),
)  # fmt: skip
def read_payment_method(call: Call) -> Reply:
    return succeeded(lists.read_payment_method(call.path_args["gateway_id"]))


@operation(
    PAYMENTS, "GET", f"{BASE}/issuers/<gateway_id>", docs=DOCS + "listidealissuers",
    errors=(errors.NoGateway, *errors.COMMON),
)  # fmt: skip
def list_issuers(call: Call) -> Reply:
    return succeeded(lists.list_issuers(call.path_args["gateway_id"]))


@operation(PAYMENTS, "GET", f"{BASE}/categories", docs=DOCS + "listcategories", errors=errors.COMMON)
def list_categories(call: Call) -> Reply:
    return succeeded(lists.list_categories())


@operation(PAYMENTS, "GET", f"{BASE}/auth/api_token", docs=DOCS + "generateapitoken", errors=errors.COMMON)
def read_api_token(call: Call) -> Reply:
    return succeeded(lists.read_api_token(call.world))


@operation(PAYMENTS, "GET", f"{BASE}/me", docs=DOCS + "getme", errors=errors.COMMON)
def read_me(call: Call) -> Reply:
    return succeeded(lists.read_me(call.world, site_of(call.credential)))


@operation(
    PAYMENTS, "GET", f"{BASE}/transactions", docs=DOCS + "listtransactions", errors=(errors.NotFound, *errors.COMMON)
)
def list_transactions(call: Call) -> Reply:
    site, url = site_of(call.credential), call.base_url + call.path
    found, pager = lists.list_transactions(call.world, site, call.query, url)
    return succeeded(found, pager=pager)


@operation(
    PAYMENTS, "GET", f"{BASE}/transactions/<transaction_id>", docs=DOCS + "gettransaction",
    errors=(errors.InvalidTransactionId, *errors.COMMON),
)  # fmt: skip
def read_transaction(call: Call) -> Reply:
    return succeeded(lists.read_transaction(call.world, site_of(call.credential), call.path_args["transaction_id"]))


def _token(call: Call) -> Any:
    site, reference, token = site_of(call.credential), call.path_args["reference"], call.path_args["token"]
    return cards.find_token(call.world, site, reference, token)


@operation(PAYMENTS, "GET", f"{BASE}/recurring/<reference>", docs=DOCS + "listtokens", errors=errors.COMMON)
def list_tokens(call: Call) -> Reply:
    return succeeded(cards.list_tokens(call.world, site_of(call.credential), call.path_args["reference"]))


@operation(
    PAYMENTS, "GET", f"{BASE}/recurring/<reference>/token/<token>", docs=DOCS + "gettoken", find=_token,
    errors=(errors.TokenNotFound, *errors.COMMON),
)  # fmt: skip
def read_token(call: Call) -> Reply:
    return succeeded(cards.read_token(call.world, call.found))


@operation(
    PAYMENTS, "PATCH", f"{BASE}/recurring/<reference>/update/<token>", docs=DOCS + "updatetoken", find=_token,
    load=lambda call: money.load_recurring_update(call.json), schema=lambda: money.RecurringUpdateSchema,
    errors=(errors.TokenNotFound, *errors.COMMON),
)  # fmt: skip
def update_token(call: Call) -> Reply:
    return succeeded(cards.update_token(call.world, call.found, call.body))


@operation(
    PAYMENTS, "DELETE", f"{BASE}/recurring/<reference>/remove/<token>", docs=DOCS + "deletetoken", find=_token,
    errors=(errors.TokenNotFound, *errors.COMMON),
)  # fmt: skip
def remove_token(call: Call) -> Reply:
    return succeeded(cards.remove_token(call.world, call.found))


@operation(
    SHOPPER, "GET", "/connect/<session_id>", docs="https://docs.multisafepay.com/docs/payment-pages", public=True,
    aliases=("/v3/fco/<session_id>",), errors=(errors.UnknownError,),
)  # fmt: skip
def show_page(call: Call) -> Reply:
    return pages.show(call)


@operation(
    SHOPPER, "POST", "/connect/<session_id>", docs="https://docs.multisafepay.com/docs/payment-pages", public=True,
    aliases=("/v3/fco/<session_id>",), parse=form, purchase=_known_purchase, outcomes=SHOPPER_OUTCOMES,
    errors=(errors.UnknownError,),
)  # fmt: skip
def pay(call: Call) -> Reply:
    return pages.act(call, chosen(call.decision, pressed(call), SHOPPER_OUTCOMES))


@operation(
    SHOPPER, "POST", "/_mock/multisafepay/orders/<path:order_id>/complete",
    docs="https://docs.multisafepay.com/docs/testing", purchase=_known_purchase,
    load=lambda call: schemas.load_complete(call.json), schema=lambda: schemas.CompleteSchema,
    outcomes=SHOPPER_OUTCOMES,
)  # fmt: skip
def complete(call: Call) -> Reply:
    call.decision = chosen(call.decision, call.body, SHOPPER_OUTCOMES)
    order_id = call.path_args["order_id"]
    order = orders.find_anywhere(call.world, order_id)
    if order is None:
        raise Misused(f"no order {order_id} in world {call.world.name}", status=404, code="NOT_FOUND")
    try:
        done = shopper.complete(call.world, order, call.decision, gateway=call.body.get("gateway", ""))
    except errors.Impossible as impossible:
        raise Misused(str(impossible), status=409, code="IMPOSSIBLE") from impossible
    return Reply({**actions.read_order(call.world, done), "return_url": shopper.return_url(done)})


OPERATIONS = (
    create_order, read_order, update_order, create_refund, update_refund, create_capture, cancel_capture,
    list_gateways, read_gateway, list_payment_methods, read_payment_method, list_issuers, list_categories,
    read_api_token, read_me, list_transactions, read_transaction, list_tokens, read_token, update_token, remove_token,
    show_page, pay,
)  # fmt: skip
CONTROLS = (complete,)
