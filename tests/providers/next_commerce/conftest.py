"""A store where it is noon in New York until somebody moves the clock."""

from __future__ import annotations

import pytest

from tests.next_commerce import NextCommerce
from tests.providers.next_commerce.warehouse import Warehouse


@pytest.fixture
def shop(next_commerce: NextCommerce) -> NextCommerce:
    next_commerce.freeze()
    return next_commerce


@pytest.fixture
def warehouse(shop: NextCommerce) -> Warehouse:
    return Warehouse(shop)
