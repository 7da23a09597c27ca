"""The linter sees what it was made to see."""

from __future__ import annotations

import ast

import pytest

from tests.contract.house_rules import HouseRules

PLANTED = [
    ("import time", "HOU1"),
    ("from random import Random", "HOU1"),
    ("import uuid", "HOU1"),
    ("from secrets import token_hex", "HOU1"),
    ("from faker import Faker", "HOU1"),
    ("from datetime import datetime\nx = datetime.now()", "HOU2"),
    ("import datetime\nx = datetime.datetime.utcnow()", "HOU2"),
    ("import os\nx = os.environ['X']", "HOU2"),
    ("from os import environ", "HOU2"),
    ("import asyncio\nasyncio.sleep(1)", "HOU2"),
]


def _codes(source: str, file: str) -> list[str]:
    return [text[:4] for _, _, text, _ in HouseRules(ast.parse(source), file).run()]


@pytest.mark.parametrize(("source", "code"), PLANTED)
def test_a_direct_read_is_seen(source: str, code: str) -> None:
    codes = _codes(source, "mock_server/ledger/orders.py")

    assert [code] == codes


@pytest.mark.parametrize(
    ("source", "file"),
    [
        ("import time", "mock_server/core/clock.py"),
        ("from random import Random", "mock_server/core/ids.py"),
        ("now = world.clock.now()", "mock_server/ledger/orders.py"),
        ("now = self._clock.now()", "mock_server/core/outbox.py"),
        ("import time", "tests/core/test_clock.py"),
    ],
)
def test_the_room_it_belongs_to_may_read_it(source: str, file: str) -> None:
    codes = _codes(source, file)

    assert [] == codes
