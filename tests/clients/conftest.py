"""Stories that Node tells: who tells them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.node import Teller, write_preload


@pytest.fixture(scope="session")
def teller(tmp_path_factory: pytest.TempPathFactory, server: str, _world_numbers: Iterator[int]) -> Teller:
    return Teller(write_preload(tmp_path_factory.mktemp("preload")), server, _world_numbers)
