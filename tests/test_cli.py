"""The command line."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mock_server import __version__


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mock_server", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_version_is_told() -> None:
    done = _run("--version")

    assert f"klarna-mock, version {__version__}\n" == done.stdout


def test_scenarios_are_listed() -> None:
    done = _run("scenarios")

    names = [line.split()[0] for line in done.stdout.splitlines()]
    assert {"accepted", "rejected", "magic-denied"} <= set(names)


def test_operations_are_listed_with_outcomes_and_errors() -> None:
    done = _run("operations")

    assert "klarna.payments.create_order\n  POST /payments/v1/authorizations/<token>/order" in done.stdout
    assert "outcomes: accepted, pending, stopped, rejected, any_token" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scenario", "rejectd"), "did you mean rejected?"),
        (("--scenarios", "/no/such/folder"), "no such folder"),
        (("--host", "256.0.0.1"), "cannot listen"),
    ],
)
def test_a_mistake_stops_the_start_and_is_named(words: tuple[str, ...], said: str) -> None:
    done = _run("serve", "--port", "0", *words)

    assert 2 == done.returncode
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        done = _run("serve", "--port", str(port))

    assert [2, True] == [done.returncode, f"cannot listen on 127.0.0.1:{port}" in done.stderr]


def test_a_broken_scenario_stops_the_start_with_file_line_and_key(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "about: Mine.\nrules:\n  - when: {operation: klarna.payments.create_order}\n    then: {outcome: pendng}\n",
        encoding="utf-8",
    )

    done = _run("serve", "--port", "0", "--scenarios", str(tmp_path))

    assert 2 == done.returncode
    assert f"{file}:4: rules.0.then.outcome: 'pendng' is no outcome" in done.stderr
    assert "did you mean 'pending'?" in done.stderr
