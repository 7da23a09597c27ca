"""Modules that wait for their first use."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_server.core.later import Later

NAME = "a_module_that_comes_late"


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A module that can be imported, and has not been."""
    file = tmp_path / f"{NAME}.py"
    file.write_text("looks = []\n\n\ndef greeting(name):\n    return f'Hello {name}'\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield file
    sys.modules.pop(NAME, None)


def test_a_module_is_not_imported_before_it_is_used(file: Path) -> None:
    Later(NAME)

    assert NAME not in sys.modules


def test_it_is_imported_when_it_is_used(file: Path) -> None:
    late = Later(NAME)

    assert "Hello you" == late.greeting("you")
    assert NAME in sys.modules


def test_it_hands_out_the_modules_own_things(file: Path) -> None:
    late = Later(NAME)

    assert late.looks is late.looks is sys.modules[NAME].looks


def test_what_the_module_has_not_is_missing(file: Path) -> None:
    late = Later(NAME)

    with pytest.raises(AttributeError, match="parting"):
        late.parting("you")


def test_a_mistyped_module_is_told_when_it_is_used() -> None:
    late = Later("mock_server.core.latter")

    with pytest.raises(ModuleNotFoundError, match="mock_server.core.latter"):
        late.anything()
