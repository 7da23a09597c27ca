"""Klarna's own OpenAPI documents against this server: ``.venv/bin/python -m tests.klarna_openapi``.

Each endpoint of the documents must be served, or be told as not emulated. Then the tests of Klarna are run, and every
answer to a legal request that they get must have a status and a shape of its document, without keys that it does not
know. At last each row of the catalogue of errors must be one that some operation of its API declares. Where documents
are wrong or older than recorded traffic EXCEPTIONS say why; anything else is printed, and the exit status is 1. The
documents are other people's and no part of this project; where they are not there is nothing to do.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mock_server.providers.klarna.routes import NOT_EMULATED, OPERATIONS
from mock_server.web import pipeline
from mock_server.web.operations import Call, Operation
from tests.openapi import Document, Documented, Exemption, Report, compare, matches, strict

FOLDER = Path(__file__).parents[2] / "shared/reference/klarna"
# document -> what stands before its paths
DOCUMENTS = {
    "klarna-payments-api": "",
    "order-management-api": "",
    "klarna-customer-token-api": "",
    "hosted-payment-page-api": "",
    "klarna-settlements-api": "/settlements/v1",
    "kustom-checkout-api": "",
}
# api of the catalogue -> ours
APIS = {
    "payments": "klarna.payments", "ordermanagement": "klarna.order_management",
    "customer-token": "klarna.customer_token", "checkout-v3": "klarna.checkout",
}  # fmt: skip
TESTS = ("tests/providers/klarna", "tests/journeys", "tests/contract/test_every_provider.py")
EXCEPTIONS = (
    Exemption("getOrder", "customer.type: is not in the document", "in every recorded order"),
    Exemption("createOrder", "redirect_url: is missing", "so recorded of customer tokens, and told by the seed"),
    Exemption("createOrder", "authorized_payment_method: string is no object", "a setting, for the guides' form"),
    Exemption("get*", "*order_lines[[]].type: *", "the document's list of types is one word"),
)


class Witness:
    """Holds each answer of the emulated Klarna against its document while tests run."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._documents = [document for document, _ in documents()]
        self._answer = pipeline.answer

    def __enter__(self) -> None:
        pipeline.answer = self._watched  # type: ignore[assignment]  # the refusal is passed on as it comes

    def __exit__(self, *_: object) -> None:
        pipeline.answer = self._answer

    def _watched(self, worlds: Any, provider: Any, operation: Operation | None, call: Call, *refusal: Any) -> Any:
        answer = self._answer(worlds, provider, operation, call, *refusal)
        body, headers, reply = answer
        is_legal = operation is not None and provider.name == "klarna" and not (operation.is_own or operation.public)
        if is_legal and reply.status < 300 and not call.decision.fault:
            self._look(call, reply.status, headers.get("Content-Type", ""), body)
        return answer

    def _look(self, call: Call, status: int, content_type: str, body: bytes) -> None:
        for document in self._documents:
            documented = document.find(call.method, call.path.replace("/credit/", "/payments/"))
            if documented is not None:
                self._report.answers += 1
                self._report.add(documented.id, faults(document, documented, status, content_type, body))
                return


def documents() -> Iterator[tuple[Document, str]]:
    for name, base in DOCUMENTS.items():
        told = json.loads((FOLDER / f"openapi/{name}.openapi.json").read_text(encoding="utf-8"))
        yield Document(told, base), name


def faults(
    document: Document, documented: Documented, status: int, content_type: str, body: bytes
) -> Iterator[str]:
    told = documented.responses.get(str(status))
    if told is None:
        yield f"status is {status}, not {' or '.join(documented.responses)}"
        return
    content = told.get("content", {}).get("application/json")
    if content is None or not body:
        if body and "json" in content_type:
            yield f"{content_type} came, the document has none"
        elif content is not None and strict(content["schema"]) != {"type": "string"}:
            yield "nothing came, the document has JSON"
        return
    yield from sorted(set(document.broken(strict(content["schema"]), json.loads(body))))


def of_paths() -> Iterator[tuple[str, str]]:
    """What the documents have and this server neither has nor tells of."""
    for document, name in documents():
        for documented in document.operations:
            is_told = any(documented.path.startswith(prefix) for prefix in NOT_EMULATED)
            if not is_told and not any(_is_served(documented, operation) for operation in OPERATIONS):
                yield documented.id, f"of {name} is not served: {documented.method} {documented.path}"


def _is_served(documented: Documented, operation: Operation) -> bool:
    path = operation.path.replace("<", "{").replace(">", "}")
    return documented.method == operation.method and matches(documented.path, path) and matches(path, documented.path)


def of_errors() -> Iterator[tuple[str, str]]:
    """Rows of the catalogue that no operation of their API declares."""
    catalogue = json.loads((FOLDER / "data/error_catalog.json").read_text(encoding="utf-8"))
    for row in catalogue["errors"]:
        declared = {error for op in OPERATIONS if op.name.startswith(APIS[row["api"]]) for error in op.errors}
        told = {(error.status, error.code) for error in declared}
        codes = [""] if row["error_code"] is None else row["error_code"].split(" / ")
        wanted = [(int(status), code) for status in str(row["http_status"]).split("/") for code in codes]
        for status, code in wanted:
            if not {(status, code), (status, "")} & told:  # without a code of its own it has that of the road
                yield f"{row['api']} {row['operations']}", f"nothing answers {status} {code}: {row['when']}"


def fill(report: Report) -> None:
    for about, text in (*of_paths(), *of_errors()):
        report.add(about, [text])
    with Witness(report):
        failed = pytest.main(["-q", "--no-header", "-p", "no:randomly", *TESTS])
    report.add("tests", ["failed"] if failed else [])


if __name__ == "__main__":
    sys.exit(compare(FOLDER, EXCEPTIONS, fill))
