"""YAML files with stories: rules, seed, clock and settings; and the book that holds those in force."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from threading import RLock
from typing import Any

import yaml
from marshmallow import ValidationError

from mock_server.core.errors import MistakeInFile, UnknownScenario
from mock_server.core.grammar import UNKNOWN, ScenarioSchema, flat, in_own_words
from mock_server.core.rules import Catalog, Rule, read_rule


@dataclass(frozen=True)
class Scenario:
    """One story, ready to be followed."""

    name: str
    about: str
    rules: tuple[Rule, ...]
    always: bool = False  # magic data: in force in every world, under every other scenario
    seed: str | None = None
    freeze_at: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


def load_scenario(file: Path, catalog: Catalog, schema: ScenarioSchema | None = None) -> Scenario:
    """Read and check one file; raises MistakeInFile with file, line, key and the nearest right word.

    ``schema`` is one made for the catalog before: making one takes as long as a file.
    """
    try:
        loader = yaml.CSafeLoader(file.read_text(encoding="utf-8"))
        node = loader.get_single_node()
        if node is None:
            raise MistakeInFile("about: the file is empty", file=str(file), line=1)
        _refuse_twins(node, file)
        raw = loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise MistakeInFile(f"not YAML: {error.problem}", file=str(file), line=line) from error
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise MistakeInFile(f"not YAML: {error}", file=str(file)) from error
    if not isinstance(raw, dict):
        raise MistakeInFile("expected a mapping with about and rules", file=str(file), line=1)
    schema = schema or ScenarioSchema(catalog)
    try:
        data = schema.load(raw)
    except ValidationError as error:
        mistakes = list(flat(error.messages))  # an unknown key tells more than the one that it should have been
        path, text = next((found for found in mistakes if found[1] == UNKNOWN), mistakes[0])
        key = ".".join(str(step) for step in path if step != "_schema")
        text = in_own_words(text, path, schema)
        raise MistakeInFile(f"{key}: {text}", file=str(file), line=_line(node, path)) from error
    return _scenario(file.stem, data, catalog)


def _scenario(name: str, data: Mapping[str, Any], catalog: Catalog) -> Scenario:
    rules = tuple(
        read_rule(raw, catalog, source=f"scenario {name}, rule {index + 1}", counter=f"scenario {name} {index}")
        for index, raw in enumerate(data["rules"])
    )
    return Scenario(
        name, data["about"], rules, data["always"], _text(data.get("seed")),
        _text(data.get("clock", {}).get("freeze")), data.get("settings", {}),
    )  # fmt: skip


def _refuse_twins(node: yaml.Node, file: Path) -> None:
    """YAML itself takes the last of two equal keys without a word."""
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if str(key.value) in seen:
                raise MistakeInFile(f"{key.value}: is there twice", file=str(file), line=key.start_mark.line + 1)
            seen.add(str(key.value))
            _refuse_twins(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_twins(item, file)


def _line(node: Any, path: Sequence[str | int]) -> int:
    """The line of the key that ``path`` leads to, or of the last one on the way that exists."""
    line = node.start_mark.line
    for step in path:
        if isinstance(node, yaml.MappingNode):
            pair = next(((key, value) for key, value in node.value if key.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        else:
            break
    return int(line) + 1


class Book:
    """The scenarios of this server: its own and the user's, who may change theirs while it runs.

    A user's file that cannot be used stops the start. Later it leaves the last good version in force, is told on
    stderr, and stands in ``broken`` until it is mended. This server's own files are read when they are asked for, so
    that their number does not slow the start.
    """

    def __init__(self, catalog: Catalog, own: Path, users: Path | None = None) -> None:
        self._catalog = catalog
        self._schema = ScenarioSchema(catalog)
        self._users = users
        self._lock = RLock()  # requests come while the user edits
        self.broken: dict[str, str] = {}  # file name -> what is wrong with it
        self._own: dict[str, Scenario | Path] = {file.stem: file for file in _files(own)}
        if users is not None and not users.is_dir():
            raise MistakeInFile("no such folder of scenarios", file=str(users))
        self._seen = _stamps(users)
        self._loaded = {file.stem: load_scenario(file, catalog, self._schema) for file in self._seen}
        self._index()

    def get(self, name: str) -> Scenario:
        """Raises UnknownScenario with the nearest name."""
        with self._lock:
            self.refresh()
            if name in self._all:
                return self._open(name)
            names = list(self._all)
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UnknownScenario(f"no scenario {name!r}; {hint}There are: {', '.join(names)}")

    def always(self) -> list[Scenario]:
        """Magic data, by name."""
        with self._lock:
            self.refresh()
            return self._always

    def every(self) -> list[Scenario]:
        with self._lock:
            self.refresh()
            return [self._open(name) for name in self._all]

    def _index(self) -> None:
        """The user's files stand in for this server's own of the same name."""
        self._all: dict[str, Scenario | Path] = dict(sorted({**self._own, **self._loaded}.items()))
        self._always = [self._open(name) for name, found in self._all.items() if _is_always(found)]

    def _open(self, name: str) -> Scenario:
        found = self._all[name]
        if isinstance(found, Path):
            found = self._all[name] = self._own[name] = load_scenario(found, self._catalog, self._schema)
        return found

    def refresh(self) -> None:
        """Read again what changed in the user's folder."""
        with self._lock:
            stamps = _stamps(self._users)
            if stamps != self._seen:
                self._read_changed(stamps)

    def _read_changed(self, stamps: dict[Path, tuple[int, int]]) -> None:
        loaded = {file.stem: self._read_again(file, stamp) for file, stamp in stamps.items()}
        self._seen = stamps
        self._loaded = {name: scenario for name, scenario in loaded.items() if scenario is not None}
        self._index()
        self.broken = {name: text for name, text in self.broken.items() if name in loaded}

    def _read_again(self, file: Path, stamp: tuple[int, int]) -> Scenario | None:
        if self._seen.get(file) == stamp:
            return self._loaded.get(file.stem)
        try:
            scenario = load_scenario(file, self._catalog, self._schema)
        except (MistakeInFile, OSError) as error:
            self.broken[file.stem] = str(error)
            last = self._loaded.get(file.stem)
            stays = "; the last good version stays in force" if last else ""
            print(f"klarna-mock: {error}{stays}", file=sys.stderr)
            return last
        self.broken.pop(file.stem, None)
        return scenario


def _is_always(found: Scenario | Path) -> bool:
    if isinstance(found, Path):
        return "\nalways: true\n" in found.read_text(encoding="utf-8")
    return found.always


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.suffix in (".yaml", ".yml") and file.is_file())


def _stamps(folder: Path | None) -> dict[Path, tuple[int, int]]:
    """Each file with its time of change and size; a file that just went away is left out."""
    stamps = {}
    for file in _files(folder) if folder and folder.is_dir() else []:
        try:
            stat = file.stat()
        except FileNotFoundError:
            continue
        stamps[file] = (stat.st_mtime_ns, stat.st_size)
    return stamps


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
