"""A local server that behaves like Klarna and the platforms that sell through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mock_server.settings import Settings

if TYPE_CHECKING:
    from mock_server.app import create_app

__version__ = "0.1.0"
__all__ = ["Settings", "__version__", "create_app"]


def __getattr__(name: str) -> Any:
    """``create_app`` on first use: importing the package stays free of Flask."""
    if name == "create_app":
        from mock_server.app import create_app

        return create_app
    raise AttributeError(name)
