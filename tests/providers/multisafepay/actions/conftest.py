"""What tests of actions share: a world whose clock stands still until somebody moves it."""

from __future__ import annotations

import pytest
from flask import Flask

from ..website import app_with


@pytest.fixture
def app() -> Flask:
    """The application that ``multisafepay`` calls: in its world it is noon, Friday the 20th of November 2026."""
    return app_with()
