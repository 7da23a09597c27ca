"""Endpoints about the store and how it is paid and ships: gateways, their groups, shipping methods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.errors import COMMON, NotFound
from mock_server.providers.next_commerce.routes.declared import DOCS, LISTING, READING, page
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.state import records
    from mock_server.providers.next_commerce.state import store as views
else:
    _HERE = "mock_server.providers.next_commerce"
    records, views = Later(f"{_HERE}.state.records"), Later(f"{_HERE}.state.store")

_STORE, _GATEWAYS = "next_commerce.store", "next_commerce.gateways"


def _found(call: Call, kind: str, model: str, id_: str) -> Any:
    """Raises NotFound."""
    found = records.find(call.world, kind, id_)
    if found is None:
        known = ", ".join(str(each["id"]) for each in records.oldest(call.world, kind))
        raise NotFound.of(model, f"the id is {id_}, there are {known}")
    return found


def _gateway(call: Call) -> Any:
    return _found(call, "gateways", "PaymentGateway", call.path_args["gateway_id"])


def _group(call: Call) -> Any:
    return _found(call, "gateway_groups", "GatewayGroup", call.path_args["group_id"])


def _method(call: Call) -> Any:
    return _found(call, "shipping_methods", "ShippingMethod", call.path_args["method_id"])


@operation(_GATEWAYS, "GET", f"{BASE}/gateways", docs=f"{DOCS}gatewaysList", errors=LISTING)
def list_gateways(call: Call) -> Reply:
    found = list(records.oldest(call.world, "gateways"))
    return page(call, found, lambda each: views.gateway_view(call.world, each))


@operation(
    _GATEWAYS, "GET", f"{BASE}/gateways/<gateway_id>", docs=f"{DOCS}gatewaysRetrieve", find=_gateway, errors=READING
)
def read_gateway(call: Call) -> Reply:
    return Reply(views.gateway_view(call.world, call.found))


@operation(_GATEWAYS, "GET", f"{BASE}/gateway-groups", docs=f"{DOCS}gatewayGroupsList", errors=LISTING)
def list_gateway_groups(call: Call) -> Reply:
    return page(call, list(records.oldest(call.world, "gateway_groups")), views.gateway_group_view)


@operation(
    _GATEWAYS, "GET", f"{BASE}/gateway-groups/<group_id>", docs=f"{DOCS}gatewayGroupsRetrieve", find=_group,
    errors=READING,
)  # fmt: skip
def read_gateway_group(call: Call) -> Reply:
    return Reply(views.gateway_group_view(call.found))


@operation(_STORE, "GET", f"{BASE}/shipping-methods", docs=f"{DOCS}shippingMethodsList", errors=LISTING)
def list_shipping_methods(call: Call) -> Reply:
    return page(call, list(records.oldest(call.world, "shipping_methods")), views.shipping_method_view)


@operation(
    _STORE, "GET", f"{BASE}/shipping-methods/<method_id>", docs=f"{DOCS}shippingMethodsRetrieve", find=_method,
    errors=READING,
)  # fmt: skip
def read_shipping_method(call: Call) -> Reply:
    return Reply(views.shipping_method_view(call.found))


@operation(_STORE, "GET", f"{BASE}/store", docs=f"{DOCS}storeDetail", errors=COMMON)
def read_store(call: Call) -> Reply:
    return Reply(views.store_view(call.world))


STORE_OPERATIONS: tuple[Operation, ...] = (
    list_gateways, read_gateway, list_gateway_groups, read_gateway_group, list_shipping_methods, read_shipping_method,
    read_store,
)  # fmt: skip
