"""What tests of actions share: a world whose clock stands still until somebody moves it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from flask import Flask

from ..website import app_with


@pytest.fixture
def app() -> Flask:
    """The application that ``multisafepay`` calls: in its world it is noon, Friday the 20th of November 2026."""
    return app_with()


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns every microsecond, so that a race is lost when it can be."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)
