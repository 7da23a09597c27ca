"""NEXT Commerce's endpoints: method, path, body, outcomes; each view is few lines that call an action."""

from collections.abc import Mapping

from mock_server.providers.next_commerce.routes.campaigns import CAMPAIGN_OPERATIONS
from mock_server.providers.next_commerce.routes.catalogue import CATALOGUE_OPERATIONS
from mock_server.providers.next_commerce.routes.customers import CUSTOMER_OPERATIONS
from mock_server.providers.next_commerce.routes.fulfillment import FULFILLMENT_OPERATIONS
from mock_server.providers.next_commerce.routes.oauth import OAUTH_CONTROLS, OAUTH_OPERATIONS
from mock_server.providers.next_commerce.routes.orders import ORDER_OPERATIONS
from mock_server.providers.next_commerce.routes.shopper import SHOPPER_CONTROLS, SHOPPER_OPERATIONS
from mock_server.providers.next_commerce.routes.subscriptions import SUBSCRIPTION_OPERATIONS
from mock_server.providers.next_commerce.routes.transactions import TRANSACTION_OPERATIONS
from mock_server.providers.next_commerce.routes.webhooks import WEBHOOK_OPERATIONS

OPERATIONS = (
    *ORDER_OPERATIONS, *TRANSACTION_OPERATIONS, *SUBSCRIPTION_OPERATIONS, *FULFILLMENT_OPERATIONS,
    *CATALOGUE_OPERATIONS, *CUSTOMER_OPERATIONS, *WEBHOOK_OPERATIONS, *OAUTH_OPERATIONS, *CAMPAIGN_OPERATIONS,
    *SHOPPER_OPERATIONS,
)  # fmt: skip
CONTROLS = (*SHOPPER_CONTROLS, *OAUTH_CONTROLS)

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
    "/api/v1/prospect-carts": "prospect carts; pages keep theirs with POST /api/v1/carts/",
    "/accounts/complete-order": "the storefront's checkout",
    "/catalogue": "the storefront's pages of products",
    "/dashboard": "the dashboard",
}


def unknown(path: str) -> str:
    """What is said of a path that no operation has."""
    is_image = "/products/" in path and "/images" in path
    return "images of products are not emulated" if is_image else ""


__all__ = ["CONTROLS", "NOT_EMULATED", "OPERATIONS", "unknown"]
