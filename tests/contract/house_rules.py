"""flake8 plugin: time is read in one file, chance in one file, the environment in one file; nobody else sleeps."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePath

# module -> files of mock_server that may import it
MODULES = {
    "time": ("core/clock.py", "core/faults.py"),
    "random": ("core/ids.py",),
    "uuid": ("core/ids.py",),
    "secrets": (),
    "faker": ("core/ids.py",),
}
# what follows a dot -> files that may say so
ATTRIBUTES = {
    "now": ("core/clock.py",),
    "utcnow": (),
    "today": (),
    "sleep": ("core/faults.py",),
}
OF_THE_SYSTEM = {"environ": ("settings.py",), "getenv": (), "urandom": ()}  # after "os."
OWN_CLOCKS = ("clock", "self")  # world.clock.now() is how it should be


class HouseRules:
    """HOU1: a module that only one room may use. HOU2: a call that reads time, chance or environment directly."""

    name = "house-rules"
    version = "1"

    def __init__(self, tree: ast.AST, filename: str) -> None:
        self._tree = tree
        parts = PurePath(filename).parts
        self._file = "/".join(parts[parts.index("mock_server") + 1 :]) if "mock_server" in parts else ""

    def run(self) -> Iterator[tuple[int, int, str, type]]:
        """Only files of the package are looked at."""
        if not self._file:
            return
        for node in ast.walk(self._tree):
            for code, text in self._faults(node):
                line, column = getattr(node, "lineno", 0), getattr(node, "col_offset", 0)
                yield line, column, f"{code} {text}", type(self)

    def _faults(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module]
            reads = [alias.name for alias in node.names if self._banned(OF_THE_SYSTEM, alias.name)]
            yield from (("HOU2", f"{name} belongs elsewhere") for name in reads)
        for name in names:
            if self._banned(MODULES, name.partition(".")[0]):
                yield "HOU1", f"{name} belongs elsewhere"
        if isinstance(node, ast.Attribute) and self._is_direct_read(node):
            yield "HOU2", f".{node.attr} belongs elsewhere"

    def _is_direct_read(self, node: ast.Attribute) -> bool:
        if isinstance(node.value, ast.Name) and node.value.id == "os":
            return self._banned(OF_THE_SYSTEM, node.attr)
        return self._banned(ATTRIBUTES, node.attr) and not _of_a_clock(node.value)

    def _banned(self, rules: dict[str, tuple[str, ...]], name: str) -> bool:
        return name in rules and self._file not in rules[name]


def _of_a_clock(value: ast.expr) -> bool:
    """``world.clock`` or ``self._clock``: the clock of a world."""
    name = value.attr if isinstance(value, ast.Attribute) else value.id if isinstance(value, ast.Name) else ""
    return name.strip("_") in OWN_CLOCKS
