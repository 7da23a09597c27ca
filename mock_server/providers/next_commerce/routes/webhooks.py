"""Endpoints about webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.core.later import Later
from mock_server.providers.next_commerce.auth import BASE
from mock_server.providers.next_commerce.routes.declared import (
    CHANGING,
    DOCS,
    LISTING,
    READING,
    WRITING,
    body,
    page,
    query_of,
)
from mock_server.web.operations import Call, Operation, Reply, operation

if TYPE_CHECKING:
    from mock_server.providers.next_commerce.actions import hooks as actions
    from mock_server.providers.next_commerce.schemas import webhooks as schemas
    from mock_server.providers.next_commerce.state import hooks
else:
    _HERE = "mock_server.providers.next_commerce"
    actions, schemas = Later(f"{_HERE}.actions.hooks"), Later(f"{_HERE}.schemas.webhooks")
    hooks = Later(f"{_HERE}.state.hooks")

WEBHOOKS = "next_commerce.webhooks"
_ONE = f"{BASE}/webhooks/<webhook_id>"


def _webhook(call: Call) -> Any:
    return actions.find_webhook(call.world, call.path_args["webhook_id"])


def _view(call: Call, hook: Any, status: int = 200) -> Reply:
    return Reply(hooks.webhook_view(call.world, hook), status)


@operation(WEBHOOKS, "GET", f"{BASE}/webhooks", docs=f"{DOCS}webhooksList", errors=LISTING)
def list_webhooks(call: Call) -> Reply:
    found = actions.list_webhooks(call.world, query_of(call))
    return page(call, found, lambda hook: hooks.webhook_view(call.world, hook))


@operation(
    WEBHOOKS, "POST", f"{BASE}/webhooks", docs=f"{DOCS}webhooksCreate", **body(lambda: schemas.WebhookSchema),
    errors=WRITING,
)  # fmt: skip
def create_webhook(call: Call) -> Reply:
    return _view(call, actions.create_webhook(call.world, call.body), 201)


@operation(WEBHOOKS, "GET", _ONE, docs=f"{DOCS}webhooksRetrieve", find=_webhook, errors=READING)
def read_webhook(call: Call) -> Reply:
    return _view(call, call.found)


@operation(
    WEBHOOKS, "PATCH", _ONE, docs=f"{DOCS}webhooksPartialUpdate", find=_webhook,
    **body(lambda: schemas.UpdateWebhookSchema), errors=CHANGING,
)  # fmt: skip
def update_webhook(call: Call) -> Reply:
    return _view(call, actions.update_webhook(call.world, call.found, call.body))


@operation(
    WEBHOOKS, "PUT", _ONE, docs=f"{DOCS}webhooksUpdate", find=_webhook, **body(lambda: schemas.WebhookSchema),
    errors=CHANGING,
)  # fmt: skip
def replace_webhook(call: Call) -> Reply:
    return _view(call, actions.update_webhook(call.world, call.found, call.body))


@operation(WEBHOOKS, "DELETE", _ONE, docs=f"{DOCS}webhooksDestroy", find=_webhook, errors=READING)
def remove_webhook(call: Call) -> Reply:
    actions.remove_webhook(call.world, call.found)
    return Reply(None, 204)


WEBHOOK_OPERATIONS: tuple[Operation, ...] = (
    list_webhooks, create_webhook, read_webhook, update_webhook, replace_webhook, remove_webhook,
)  # fmt: skip
