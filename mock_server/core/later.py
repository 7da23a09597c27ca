"""Modules that are imported when they are first used: what a first answer does not need must not slow the start."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module of this name; for type checkers import the real one under ``TYPE_CHECKING``."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        value = getattr(import_module(self._name), attribute)
        setattr(self, attribute, value)  # the next look is a plain one
        return value
