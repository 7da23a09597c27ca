"""What tests of actions share: threads that lose a race when it can be lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns every microsecond."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)
