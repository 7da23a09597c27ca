"""What the documents show works: every curl block, every answer printed below one, every scenario file."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from mock_server.app import catalog
from mock_server.core.scenarios import load_scenario
from tests import curl

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    language: str
    text: str


def _blocks(document: str) -> list[Block]:
    return [Block(*found) for found in _BLOCK.findall((ROOT / document).read_text(encoding="utf-8"))]


def _differences(expected: Any, actual: Any, path: str = "") -> Iterator[str]:
    """Where an answer lacks what the document shows; "..." stands for anything."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key, value in expected.items():
            yield from _differences(value, actual.get(key, f"no {key}"), f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        for index, (left, right) in enumerate(zip(expected, actual, strict=True)):
            yield from _differences(left, right, f"{path}[{index}]")
    elif expected not in ("...", actual):
        yield f"{path}: {expected!r} is shown, {actual!r} came"


@pytest.fixture
def address() -> Iterator[str]:
    """A server started as a newcomer starts it, on a free port."""
    command = [sys.executable, "-m", "mock_server", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        greeting = process.stdout.readline()
        yield greeting.split()[-1]
        process.terminate()
        process.stdout.read()


def test_every_curl_block_of_the_readme_works_in_order(address: str) -> None:
    blocks = _blocks("README.md")
    answer = ""
    ran = 0

    for block in blocks:
        if block.language == "sh" and block.text.startswith("curl"):
            answer = curl.run(block.text.replace("http://127.0.0.1:8080", address))
            ran += 1
            assert "MISUSED" not in answer, block.text
        elif block.language == "json":
            differences = list(_differences(json.loads(block.text), json.loads(answer)))
            assert [] == differences

    assert ran >= 10


def test_the_stand_in_for_curl_says_what_curl_says(address: str) -> None:
    """On a machine without curl the blocks are run by it."""
    (create, *_) = [block.text for block in _blocks("README.md") if "payments/v1/sessions" in block.text]
    command = create.replace("http://127.0.0.1:8080", address)

    answer = json.loads(curl.stand_in(shlex.split(command)[1:]))

    assert "75b25b33-bf63-6e33-ba8b-8e3cc4eee570" == answer["session_id"]


def test_the_refusal_that_the_readme_talks_of_is_the_one_that_comes(address: str) -> None:
    refused = [block.text for block in _blocks("README.md") if block.text.startswith("curl -i")]

    answer = curl.run(refused[0].replace("http://127.0.0.1:8080", address))

    assert "Bad value: order_lines[0].total_tax_amount" in answer
    assert "X-Mock-Explain: /_mock/journal/1" in answer


def test_make_has_the_targets_that_the_readme_names() -> None:
    named = re.findall(r"`?make (\w+)`?", (ROOT / "README.md").read_text(encoding="utf-8"))

    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    assert set() == set(named) - set(targets) - {"are"}


@pytest.mark.parametrize("block", [b for b in _blocks("scenarios/README.md") if b.language == "yaml"])
def test_every_scenario_that_the_grammar_shows_can_be_loaded(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "shown.yaml"
    file.write_text(block.text, encoding="utf-8")

    scenario = load_scenario(file, catalog())

    assert "shown" == scenario.name


def test_every_option_of_serve_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command = [sys.executable, "-m", "mock_server", "serve", "--help"]

    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    options = set(re.findall(r"^\s+(--[a-z-]+)", shown, re.MULTILINE)) - {"--help"}
    assert set() == {option for option in options if f"`{option}`" not in text}
