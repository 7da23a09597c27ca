"""Orders that tests of actions begin with."""

from __future__ import annotations

import pytest

from tests.commercelayer import CommerceLayer


@pytest.fixture
def approved(commercelayer: CommerceLayer) -> CommerceLayer:
    """With the seeded order of 77.50 placed and approved."""
    commercelayer.place()
    commercelayer.pull("_approve")
    return commercelayer
