"""Vendors' OpenAPI documents, for the scripts that hold answers against them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

Schema = dict[str, Any]


class Exemption(NamedTuple):
    """What an answer shows otherwise than the document has it, and why."""

    operation: str  # a pattern of operationIds
    what: str  # a pattern of what is printed behind them
    why: str

    def covers(self, operation: str, text: str) -> bool:
        return fnmatchcase(operation, self.operation) and fnmatchcase(text, self.what)


@dataclass
class Report:
    """What was found so far, and which exemptions were met."""

    exemptions: Sequence[Exemption]
    answers: int = 0
    differences: list[str] = field(default_factory=list)
    met: set[Exemption] = field(default_factory=set)

    def add(self, operation: str, found: Iterable[str]) -> None:
        for text in found:
            exempt = [each for each in self.exemptions if each.covers(operation, text)]
            self.met.update(exempt)
            told = f"{operation} {text}"
            if not exempt and told not in self.differences:
                self.differences.append(told)

    def all(self) -> list[str]:
        """An exemption that nothing shows is out of date, and one more difference."""
        unmet = [each for each in self.exemptions if each not in self.met]
        return self.differences + [f"EXCEPTIONS: nothing shows {each.operation} {each.what}" for each in unmet]


class Documented(NamedTuple):
    """One operation of a document."""

    id: str
    method: str
    path: str  # from the host on: /api/admin/orders/{number}/
    responses: Mapping[str, Any]


class Document:
    """An OpenAPI document whose schemas are turned into JSON schema, of answers."""

    def __init__(self, told: Mapping[str, Any], base: str) -> None:
        self._schemas = {name: strict(schema) for name, schema in told["components"]["schemas"].items()}
        self.operations = [
            Documented(each["operationId"], method.upper(), base + path, each["responses"])
            for path, methods in told["paths"].items()
            for method, each in methods.items()
            if method in ("get", "post", "put", "patch", "delete")
        ]

    def find(self, method: str, path: str) -> Documented | None:
        """The operation of a request's path; of several the one with the fewest variables."""
        suits = [each for each in self.operations if each.method == method and matches(each.path, path)]
        return min(suits, key=lambda each: each.path.count("{"), default=None)

    def broken(self, schema: Schema, value: Any) -> Iterator[str]:
        """How a body differs from a schema of this document."""
        jsonschema = import_module("jsonschema")
        checker = jsonschema.FormatChecker(formats=())
        checker.checks("date-time", ValueError)(is_time)
        root = {"components": {"schemas": self._schemas}, **schema}
        for error in jsonschema.Draft202012Validator(root, format_checker=checker).iter_errors(value):
            while error.context:
                error = jsonschema.exceptions.best_match(error.context)
            yield from said_of(error)


def compare(folder: Path, exemptions: Sequence[Exemption], fill: Callable[[Report], object]) -> int:
    """Prints what ``fill`` reports; the exit status: 1 for a difference, 0 also where there are no documents."""
    if not folder.is_dir():
        print(f"There are no documents at {folder}: nothing to compare.")
        return 0
    if find_spec("jsonschema") is None:
        print("jsonschema is missing: .venv/bin/pip install 'jsonschema>=4.23,<5'")
        return 1
    report = Report(exemptions)
    fill(report)
    for text in report.all():
        print(text)
    print(f"{report.answers} answers checked, {len(report.all())} differences, {len(exemptions)} known.")
    return 1 if report.all() else 0


def said_of(error: Any) -> Iterator[str]:
    """What jsonschema found, with its place: ``results[].lines[].price: number is no string``."""
    place = "".join("[]" if isinstance(step, int) else f".{step}" for step in error.absolute_path).lstrip(".")
    if error.validator == "additionalProperties":
        for name in sorted(set(error.instance) - set(error.schema["properties"])):
            yield f"{place}.{name}: is not in the document".lstrip(".")
    elif error.validator == "required":
        for name in sorted(set(error.validator_value) - set(error.instance)):
            yield f"{place}.{name}: is missing".lstrip(".")
    elif error.validator == "type":
        yield f"{place}: {kind_of(error.instance)} is no {error.validator_value}"
    else:
        yield f"{place}: {error.message[:160]}"


def kind_of(value: object) -> str:
    kinds = {bool: "boolean", int: "number", float: "number", str: "string", list: "array", dict: "object"}
    return "null" if value is None else kinds[type(value)]


def is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value) is not None


def matches(template: str, path: str) -> bool:
    """Whether a path is one of ``/orders/{number}/``; its last slash may be missing."""
    pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template.rstrip("/")))
    return re.fullmatch(pattern, path.rstrip("/")) is not None


def strict(schema: Schema) -> Schema:
    """A schema that knows of null as JSON schema does, and takes no other keys than those of an answer."""
    made = {name: value for name, value in schema.items() if name != "nullable"}
    for name in ("allOf", "anyOf", "oneOf"):
        if name in made:
            made[name] = [strict(each) for each in made[name]]
    if isinstance(made.get("items"), dict):
        made["items"] = strict(made["items"])
    if isinstance(made.get("additionalProperties"), dict):
        made["additionalProperties"] = strict(made["additionalProperties"])
    if "properties" in made:
        hidden = {name for name, each in made["properties"].items() if each.get("writeOnly")}
        shown = {name: strict(each) for name, each in made["properties"].items() if name not in hidden}
        required = [name for name in made.get("required", ()) if name not in hidden]
        made |= {"properties": shown, "required": required}
        made.setdefault("additionalProperties", False)
    return {"anyOf": [made, {"type": "null"}]} if schema.get("nullable") else made
