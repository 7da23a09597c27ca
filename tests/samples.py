"""Sample calls under ``fixtures``: how they are read, prepared and compared, whatever the provider."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mock_server.app import data_folder

Sample = dict[str, Any]  # operation, source, seen, given (not Klarna's), request, response
Forms = Mapping[str, re.Pattern[str]]
_PARTS = ("operation", "source", "seen", "given", "request", "response")


class Player(Protocol):
    """Makes requests as samples tell them."""

    def perform(self, request: dict[str, Any]) -> TestResponse:
        """One of them, with this server's ids in place of the sample's names for them."""


def read_samples(provider: str, pattern: str = "*") -> dict[str, Sample]:
    """By the name of their file."""
    files = sorted((data_folder("fixtures") / provider).glob(f"{pattern}.json"))
    return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in files}


class Client:
    """Makes requests as samples tell them, over ``http``; ``ids`` are this server's, by their names in samples."""

    def __init__(self, http: FlaskClient) -> None:
        self.http = http
        self.ids: dict[str, str] = {}

    def perform(self, request: dict[str, Any]) -> TestResponse:
        """Ids stand in for ``{payment_id}`` and the like; what an answer tells of ids is kept."""
        text = json.dumps(request)
        for name, own in self.ids.items():
            text = text.replace("{" + name + "}", own)
        asked = json.loads(text)
        headers, body, form = self.headers(asked), asked.get("body"), asked.get("form")
        answer = self.http.open(asked["path"], method=asked["method"], headers=headers, json=body, data=form)
        self.keep(answer, asked["path"])
        return answer

    def headers(self, asked: dict[str, Any]) -> dict[str, str]:
        raise NotImplementedError

    def keep(self, answer: TestResponse, path: str) -> None:
        """What an answer tells of ids."""
        raise NotImplementedError


def prepare(
    player: Player, given: Collection[str], samples: Mapping[str, Sample], phrases: Mapping[str, Callable[[Any], Any]]
) -> None:
    """What must have happened before a sample's request: other samples by name, or a phrase."""
    for name in given:
        if name in samples:
            answer = player.perform(samples[name]["request"])
            assert samples[name]["response"]["status"] == answer.status_code, answer.text
        else:
            phrases[name](player)


def assert_alike(sample: Sample, answer: TestResponse, shape: Callable[[Any], Any]) -> None:
    """Status, media type, and the body's shape."""
    expected = sample["response"]
    told = json.loads(answer.text) if answer.is_json else None
    assert (expected["status"], expected["content_type"]) == (answer.status_code, answer.headers.get("Content-Type"))
    assert shape(expected["body"]) == shape(told)


def assert_in_form(sample: Sample, operation: str, known: Collection[str] = ()) -> None:
    """It is of this operation, says where it is from, and needs only what is ``known``."""
    assert [part for part in _PARTS if part in sample] == list(sample)
    assert operation == sample["operation"]
    assert sample["source"] and re.fullmatch(r"\d{4}-\d\d-\d\d", sample["seen"])
    assert set(sample.get("given", ())) <= set(known)


def form_of(text: str, forms: Forms) -> str:
    """The name of the first form that a text has."""
    return next((form for form, pattern in forms.items() if pattern.fullmatch(text)), "text")
