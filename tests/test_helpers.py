"""Files that bring other people's clients here, as the command line hands them out."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mock_server.app import PROVIDERS

_TABLE = re.compile(r"^const VENDORS = \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mock_server", "helper", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_helpers_are_listed_with_what_they_do() -> None:
    done = _run()

    assert [0, ["node-preload"]] == [done.returncode, [line.split()[0] for line in done.stdout.splitlines()]]
    assert "node --import" in done.stdout


def test_a_helper_is_printed() -> None:
    done = _run("node-preload")

    assert [0, ""] == [done.returncode, done.stderr]
    assert "globalThis.fetch = " in done.stdout and done.stdout.endswith("}\n")


def test_a_helper_is_written_to_a_file(tmp_path: Path) -> None:
    file = tmp_path / "here.mjs"

    done = _run("node-preload", "-o", str(file))

    assert [0, ""] == [done.returncode, done.stdout]
    assert _run("node-preload").stdout == file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("node-prelod",), "there is no helper node-prelod; did you mean node-preload?"),
        (("wrong",), "there is no helper wrong; did you mean node-preload?"),
        (("node-preload", "-o", "/no/such/folder/here.mjs"), "cannot write /no/such/folder/here.mjs"),
    ],
)
def test_a_mistake_is_named(words: tuple[str, ...], said: str) -> None:
    done = _run(*words)

    assert [2, ""] == [done.returncode, done.stdout]
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_preload_knows_the_hosts_that_the_providers_claim() -> None:
    table = _TABLE.search(_run("node-preload").stdout)

    assert table is not None
    told = {title: tuple(re.findall(r"'(\*\.[^']+)'", hosts)) for title, hosts in re.findall("'(.+)': (.+)", table[1])}
    assert {provider.title: provider.hosts for provider in PROVIDERS if provider.title in told} == told
