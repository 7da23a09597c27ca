"""The generated tables of the documents, as Markdown; `make docs` writes them, `make check` fails on stale ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields

from mock_server.app import PROVIDERS, catalog, create_worlds
from mock_server.core.faults import EFFECTS
from mock_server.core.grammar import LOOKS_AT, TESTS
from mock_server.settings import PREFIX, Settings
from mock_server.web.operations import Operation, Provider


def settings() -> str:
    """Every setting with its option and environment variable."""
    rows = [
        (
            f"`--{setting.name.replace('_', '-')}`",
            f"`{PREFIX}{setting.name.upper()}`",
            f"`{setting.default}`" if setting.default != "" else "",
            setting.metadata["about"] + _choices(setting.metadata["choices"]),
        )
        for setting in fields(Settings)
    ]
    return _table(("option", "environment", "default", "meaning"), rows)


def operations() -> str:
    """Every operation with its outcomes and errors; the first outcome is the default.

    Those that differ by their resource alone share a row; errors that all calls of merchants to a provider may get
    are told once.
    """
    rows: list[tuple[str, ...]] = []
    for provider in PROVIDERS:
        shared = _shared_errors(provider)
        every = ", ".join(f"`{name}`" for name in shared)
        rows.append((f"`{provider.name}.*`", "each of the following that asks for credentials", "", every))
        rows += _rows(provider, frozenset(shared))
    rows += [
        (f"`{name}`", "what happens by itself", ", ".join(f"`{outcome}`" for outcome in choices.outcomes), "")
        for provider in PROVIDERS
        for name, choices in provider.choices.items()
    ]
    return _table(("operation", "request", "outcomes", "errors for rules"), rows)


def _shared_errors(provider: Provider) -> list[str]:
    """What every operation with credentials declares."""
    declared = [operation.errors for operation in provider.operations if not operation.public]
    return [error.__name__ for error in declared[0] if all(error in errors for errors in declared)]


def _rows(provider: Provider, shared: frozenset[str]) -> list[tuple[str, ...]]:
    alike: dict[tuple[str, ...], list[Operation]] = {}
    for operation in (*provider.operations, *provider.controls):
        alike.setdefault(_but_for_its_resource(operation, shared), []).append(operation)
    rows = []
    for (name, request, *rest), found in alike.items():
        if len(found) == 1:
            row = f"[`{found[0].name}`]({found[0].docs})", f"`{found[0].method} {found[0].path}`"
        else:
            links = ", ".join(f"[{_resource_of(each)}]({each.docs})" for each in found)
            row = f"`{name}` of {links}", f"`{request}`"
        rows.append((*row, *rest))
    return rows


def _but_for_its_resource(operation: Operation, shared: frozenset[str]) -> tuple[str, ...]:
    """Name, request, outcomes and own errors with RESOURCE in its place."""
    resource = _resource_of(operation)
    request = f"{operation.method} {operation.path}".replace(f"/{resource}", "/RESOURCE")
    outcomes = ", ".join(f"`{outcome}`" for outcome in operation.outcomes)
    own = [error.__name__ for error in operation.errors if operation.public or error.__name__ not in shared]
    return operation.name.replace(f".{resource}.", ".RESOURCE."), request, outcomes, ", ".join(f"`{n}`" for n in own)


def _resource_of(operation: Operation) -> str:
    return operation.name.split(".")[1]


def outcome_options() -> str:
    """The options that outcomes take."""
    rows = {
        (f"`{outcome}`", f"`{name}`", option.meaning)
        for choices in catalog().values()
        for outcome, options in choices.outcomes.items()
        for name, option in options.items()
    }
    return _table(("outcome", "option", "meaning"), sorted(rows))


def scenarios(*, always: bool) -> str:
    """The scenarios that can be chosen, or those that are always on."""
    book = create_worlds(Settings()).house.book
    rows = [(f"`{scenario.name}`", scenario.about) for scenario in book.every() if scenario.always == always]
    return _table(("scenario", "what happens"), rows)


def looks_at() -> str:
    return _two_columns("path starts with", LOOKS_AT)


def tests() -> str:
    return _two_columns("test", TESTS)


def faults() -> str:
    return _two_columns("fault", EFFECTS)


def _two_columns(title: str, meanings: Mapping[str, str]) -> str:
    return _table((title, "meaning"), [(f"`{word}`", meaning) for word, meaning in meanings.items()])


def _choices(choices: Iterable[str]) -> str:
    named = ", ".join(f"`{choice}`" for choice in choices)
    return f" One of {named}." if named else ""


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n" + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n\n"
