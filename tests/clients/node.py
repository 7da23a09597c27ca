"""Node and what npm installed for it: whether they are there, and how a story is run with them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

OLDEST_NODE = (18, 18)  # that has fetch and --import; Commerce Layer's clients ask for 20 and do with it
FOLDER = Path(__file__).parent / "commercelayer"

Facts = dict[str, Any]


def need_node() -> None:
    """Skip the module that asks where there is no Node; fail it with NODE_TESTS=required, as CI says."""
    _need(_why_no_node())


def need_packages() -> None:
    """The same where npm has not installed Commerce Layer's clients, in the versions of the lock file."""
    _need(_why_no_node() or _why_no_packages())


def _need(why_not: str) -> None:
    if not why_not:
        return
    why_not = f"the vendors' JavaScript clients are not driven: {why_not}"
    if os.environ.get("NODE_TESTS") == "required":
        pytest.fail(f"NODE_TESTS=required, {why_not}", pytrace=False)
    pytest.skip(why_not, allow_module_level=True)


def _why_no_node() -> str:
    node = shutil.which("node")
    if node is None:
        return "node is not installed"
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=60).stdout
    version = tuple(int(part) for part in told.strip().lstrip("v").split(".")[:2] if part.isdigit())
    if version < OLDEST_NODE:
        return f"node is {told.strip()}, {'.'.join(map(str, OLDEST_NODE))} or newer is needed"
    return ""


def _why_no_packages() -> str:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    for place, package in lock["packages"].items():
        file = FOLDER / place / "package.json"
        if place and not file.is_file():
            return f"{place} is not installed: make node"
        if place and json.loads(file.read_text(encoding="utf-8"))["version"] != package["version"]:
            return f"{place} is not {package['version']}: make node"
    return ""


def write_preload(folder: Path) -> Path:
    """What ``klarna-mock helper node-preload`` gives, as a file."""
    file = folder / "node-preload.mjs"
    command = [sys.executable, "-m", "mock_server", "helper", "node-preload", "-o", str(file)]
    subprocess.run(command, check=True, timeout=60)
    return file


def run_node(words: Sequence[str], server: str, stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """``node`` with these words; the server's address is in its environment, proxies and options of Node are not."""
    own = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT", "TEMP", "TMPDIR") if name in os.environ}
    env = {**own, "KLARNA_MOCK_URL": server, **more}
    return subprocess.run(
        ["node", *words], input=stdin, capture_output=True, text=True, check=False, timeout=60, env=env
    )  # fmt: skip


class Teller(NamedTuple):
    """Has stories told by Node, each in a world that nobody else uses."""

    preload: Path
    server: str
    numbers: Iterator[int]

    def tell(self, story: str, **asked: Any) -> Facts:
        """The facts of a story, by name; one that breaks off fails with what it said."""
        words = ["--import", self.preload.as_uri(), str(FOLDER / f"{story}.mjs")]
        done = run_node(words, self.server, json.dumps(asked), WORLD=f"{story}-{next(self.numbers)}")
        assert 0 == done.returncode, f"{story}.mjs broke off:\n{done.stderr}\nafter\n{done.stdout}"
        facts = [json.loads(line) for line in done.stdout.splitlines()]
        return {fact["fact"]: fact["value"] for fact in facts}


def first_error(thrown: Facts) -> tuple[Any, ...]:
    """Status, code and detail of the first error, as ``error.first()`` gives it."""
    assert thrown["name"] == "ApiError", thrown
    return thrown["status"], thrown["first"]["code"], thrown["first"]["detail"]
