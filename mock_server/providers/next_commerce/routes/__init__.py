"""NEXT Commerce's endpoints: method, path, body, outcomes; each view is few lines that call an action."""

from collections.abc import Mapping

from mock_server.providers.next_commerce.routes.orders import ORDER_OPERATIONS
from mock_server.providers.next_commerce.routes.shopper import CONTROLS, SHOPPER_OPERATIONS
from mock_server.providers.next_commerce.routes.transactions import TRANSACTION_OPERATIONS

OPERATIONS = (*ORDER_OPERATIONS, *TRANSACTION_OPERATIONS, *SHOPPER_OPERATIONS)

# real paths that this server does not answer -> what is missing
NOT_EMULATED: Mapping[str, str] = {
    "/api/admin/apps": "apps and their settings",
    "/api/admin/campaigns": "the management of campaigns",
    "/api/admin/categories": "categories",
    "/api/admin/disputes": "disputes",
    "/api/admin/exports": "exports",
    "/api/admin/gift-cards": "gift cards",
    "/api/admin/metadata": "metadata definitions",
    "/api/admin/pages": "content pages",
    "/api/admin/tickets": "support tickets",
    "/api/admin/tickettypes": "support tickets",
    "/accounts/complete-order": "the storefront's checkout",
}

__all__ = ["CONTROLS", "NOT_EMULATED", "OPERATIONS"]
