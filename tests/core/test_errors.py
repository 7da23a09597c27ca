from __future__ import annotations

import inspect
import re
from textwrap import dedent

import pytest

from mock_server.core import errors
from mock_server.core.errors import ApiError, Fault, Invalid, MistakeInFile, Misused, UnknownPath, Wordless

_DRAWN = re.compile(r"^(?:\+-- )?([A-Z]\w+) +(\d{3})?", re.MULTILINE)
KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]


def _tree() -> str:
    """The drawing, without the indentation that Python 3.13 strips by itself."""
    return dedent((errors.__doc__ or "").partition("\n\n")[2])


def test_the_tree_in_the_docstring_shows_every_error_with_its_status() -> None:
    drawn = {name: int(status) if status else None for name, status in _DRAWN.findall(_tree())}

    there = {kind.__name__: getattr(kind, "status", None) for kind in KINDS}
    assert there | {"ApiError": None} == drawn


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if issubclass(kind, ApiError) and kind not in (Misused, Wordless)]
)
def test_the_docstring_is_the_message_unless_there_is_another(kind: type[ApiError]) -> None:
    error = kind()

    assert [inspect.cleandoc(kind.__doc__ or "").splitlines()[0].rstrip(".")] == error.messages
    assert error.messages[0] == str(error)


def test_a_wordless_refusal_has_no_message_unless_it_is_given_one() -> None:
    assert ([], ["Not now"]) == (Wordless().messages, Wordless("Not now").messages)


def test_messages_of_its_own_replace_the_docstring() -> None:
    error = UnknownPath("no /a", "no /b")

    assert (["no /a", "no /b"], "no /a; no /b") == (error.messages, str(error))


def test_faults_and_near_operations_only_explain() -> None:
    error = Invalid("bad", faults=[Fault("lines[0].total", "is 1, expected 2")], near=["shop.orders.create_order"])

    assert ("bad", [Fault("lines[0].total", "is 1, expected 2", 0)], ["shop.orders.create_order"]) == (
        str(error), error.faults, error.near,
    )  # fmt: skip


def test_a_misuse_is_400_unless_said_otherwise() -> None:
    usual, gone = Misused("what?"), Misused("gone", status=404, code="NOT_FOUND")

    assert (400, "MISUSED", 404, "NOT_FOUND") == (usual.status, usual.code, gone.status, gone.code)


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ({"file": "a.yaml", "line": 3}, "a.yaml:3: wrong"),
        ({"file": "a.yaml"}, "a.yaml: wrong"),
        ({}, "wrong"),
        ({"line": 3}, "wrong"),
    ],
)
def test_a_mistake_in_a_file_tells_where_it_is(where: dict[str, object], told: str) -> None:
    assert told == str(MistakeInFile("wrong", **where))  # type: ignore[arg-type]  # mixed values
