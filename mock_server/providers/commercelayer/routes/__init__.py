"""Commerce Layer's endpoints: those of its resources, and those of its authorization server."""

from mock_server.providers.commercelayer.routes.oauth import OAUTH_OPERATIONS
from mock_server.providers.commercelayer.routes.resources import RESOURCE_OPERATIONS

OPERATIONS = (*RESOURCE_OPERATIONS, *OAUTH_OPERATIONS)

__all__ = ["OPERATIONS"]
