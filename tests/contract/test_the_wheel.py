"""What setup.cfg puts into the wheel is what the package needs."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _setup() -> ConfigParser:
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup


def _package(file: Path, folder: Path, name: str) -> str:
    return ".".join((name, *file.parent.relative_to(folder).parts))


def test_every_folder_of_the_package_is_in_the_wheel() -> None:
    listed = set(_setup()["options"]["packages"].split())

    needed = {_package(file, ROOT / "mock_server", "mock_server") for file in (ROOT / "mock_server").rglob("*.py")}

    assert set() == needed - listed


def test_every_scenario_and_fixture_is_in_the_wheel() -> None:
    setup = _setup()
    data = {name: patterns.replace(",", " ").split() for name, patterns in setup["options.package_data"].items()}
    listed = set(setup["options"]["packages"].split())

    for folder in ("scenarios", "fixtures"):
        for file in (ROOT / folder).rglob("*.*"):
            package = _package(file, ROOT / folder, f"mock_server.{folder}")
            assert package in listed, file
            assert any(file.match(pattern) for pattern in data[package]), file


def test_every_data_file_of_the_package_is_in_the_wheel() -> None:
    data = {name: patterns.replace(",", " ").split() for name, patterns in _setup()["options.package_data"].items()}
    package = ROOT / "mock_server"
    listed = {file for name, patterns in data.items() for pattern in patterns for file in _matches(name, pattern)}

    needed = {file for file in package.rglob("*.*") if file.suffix not in (".py", ".pyc", ".md") and file.is_file()}

    assert {package / "preloads" / "node-preload.mjs", package / "web" / "templates" / "page.html"} <= needed
    assert set() == needed - listed


def _matches(package: str, pattern: str) -> set[Path]:
    return set((ROOT / package.replace(".", "/")).glob(pattern))
