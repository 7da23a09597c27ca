"""NEXT Commerce's own OpenAPI documents against this server: ``.venv/bin/python -m tests.next_openapi``.

Each endpoint of the Admin API must be one of the documents', ask for its scopes and link to its operation; each of
theirs must be served, or be told as not emulated. Then every sample is played, and its answer must have a status and a
shape of the document, without keys that it does not know. Where the documents themselves are wrong, or older than what
is emulated, EXCEPTIONS say why; anything else is printed, and the exit status is 1. The documents are other people's
and no part of this project; where they are not there is nothing to do.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from hmac import new as hmac_of
from pathlib import Path
from typing import Any

import yaml
from werkzeug.test import TestResponse

from mock_server.providers.next_commerce.auth import BASE, CAMPAIGNS
from mock_server.providers.next_commerce.routes import NOT_EMULATED, OPERATIONS, unknown
from mock_server.providers.next_commerce.state.access import wanted
from mock_server.providers.next_commerce.webhooks import signature
from tests.openapi import Document, Documented, Exemption, Report, compare, strict
from tests.providers.next_commerce.test_samples import PREPARED, SAMPLES, App
from tests.samples import prepare

FOLDER = Path(__file__).parents[2] / "shared/reference/next_commerce"
NEWER = ("/subscriptions/{}/pause/", "/subscriptions/{}/resume/")  # of a document of 2026 that is not at hand
OWN = ("next_commerce.themes.read_file",)  # the real store keeps the files of its themes on another host
# operations whose document has one object where the guides and official clients have an array of them
ARRAYS = (
    "fulfillmentsRetrieve", "ordersFulfillmentOrdersRetrieve", "ordersFulfillmentsEventsList",
    "ordersFulfillmentsRetrieve", "productsPricesList", "productsVariantCreate", "productsVariantList",
    "themesTemplatesRetrieve", "usersOrdersRetrieve", "usersSubscriptionsRetrieve",
)  # fmt: skip
OBJECTS = ("storeDetail",)  # the generator takes a view without an id for a list; a store has one
REDIRECT = {"reference_transaction_id", "payment_complete_url"}  # of ordersCreate, in the guides alone
STABLE = "2024-04-01"


_NEWER, _COMPUTED = "the document of 2026 has it", "the document calls what is computed a string"
EXCEPTIONS = (
    Exemption("*", "*attribution.agent: null*", "so in the guide's sample of an order"),
    Exemption("*", "*payment_details.sca_flow: null*", "so in the guide's sample of an order"),
    Exemption("*", "*payment_details.paypal_vault_id: null*", "what a payment does not have; null goes unsaid there"),
    Exemption("*", "*payment_details.card_token: null*", "what a payment does not have; null goes unsaid there"),
    Exemption("*", "*payment_details.gateway: null*", "a payment from outside went through none"),
    Exemption("*", "*initiator: null*", "nobody started it by hand"),
    Exemption("*", "*lines[[]].properties: is not in the document", _NEWER),
    Exemption("*", "*line_items[[]].*: number is no string", _COMPUTED),
    Exemption("products*", "*images: array is no string", _COMPUTED),
    Exemption("fulfillmentRequestSend", "*.request_status: *", "an official client waits for null, then asks"),
    Exemption("fulfillmentRequestSend", "unrequested_fulfillment_order: null*", "when all of it was requested"),
    Exemption("availableLocationsRetrieve", "available_locations: array is no object", "so in guide and client"),
    Exemption("*ubscriptions*", "*paused_at: is not in the document", _NEWER),
    Exemption("*ubscriptions*", "*paused_until: is not in the document", _NEWER),
    Exemption("*ransactions*", "*subscription.*: is missing", "an empty object where there is none, says the guide"),
    Exemption("themesTemplates*", "*file: null*", "official clients take what has no file for text"),
    Exemption("cartsCreate", "user: null*", "a cart that is nobody's yet"),
    Exemption("cartsCreate", "voucher_discounts[[]].voucher.end_datetime: null*", "a coupon that does not end"),
    Exemption("campaignRetrieve", "packages[[]].interval*", "a package that does not recur has none"),
    Exemption("orderRetrieve", "status is 200, not 201", "clients take any 2xx; nothing is made"),
    Exemption("order*", "payment_complete_url: is not in the document", "in the campaigns guide, until it is paid"),
    Exemption("order*", "number: is missing", "an order that is not paid yet has none"),
    Exemption("order*", "order_status_url: is missing", "an order that is not paid yet has none"),
)


def faults(document: Document, operation: Documented, answer: TestResponse) -> Iterator[str]:
    """How an answer differs from what the document says."""
    told = operation.responses.get(str(answer.status_code))
    if told is None:
        status, told = next(iter(operation.responses.items()))
        yield f"status is {answer.status_code}, not {status}"
    content = told.get("content", {}).get("application/json")
    if content is None or not answer.is_json:
        if content is not None or answer.data:
            yield f"{answer.headers.get('Content-Type')} came, the document has {content and 'JSON'}"
        return
    body = answer.get_json()
    if operation.id == "ordersCreate" and set(body) == REDIRECT:
        return
    schema = strict(content["schema"])
    if operation.id in ARRAYS and isinstance(body, list):
        schema = {"type": "array", "items": schema}
    if operation.id in OBJECTS:
        schema = schema["items"]
    yield from sorted(set(document.broken(schema, body)))


def plain(path: str) -> str:
    """``/orders/{}/`` of either's spelling."""
    return re.sub(r"\{[^}]*\}|<[^>]*>", "{}", path.rstrip("/")) + "/"


def of_scopes() -> Iterator[tuple[str, str]]:
    """What endpoints ask for, which of them nobody documents, and which documented ones are neither served nor told."""
    told = json.loads((FOLDER / "openapi/operations.derived.json").read_text(encoding="utf-8"))
    documented = {
        (each["method"], plain(each["path"].removeprefix(BASE))): each
        for version in told.values()
        for each in version
        if each["path"].startswith(BASE)
    }
    own = [op for op in OPERATIONS if op.path.startswith(BASE)]
    served = {(op.method, plain(op.path.removeprefix(BASE))): op for op in own}
    also = {(op.method, plain(alias.removeprefix(BASE))) for op in own for alias in op.aliases}
    for key, op in served.items():
        if key not in documented:
            if key[1] not in NEWER and op.name not in OWN:
                yield op.name, "no document has it"
            continue
        asked, theirs = wanted(op.method, op.path.removeprefix(BASE)), documented[key]["scopes"]
        if set(asked) != set(theirs):
            yield op.name, f"asks for {' or '.join(asked) or 'nothing'}, documented: {' or '.join(theirs) or 'nothing'}"
        if not op.docs.endswith(f"/{documented[key]['operationId']}"):
            yield op.name, f"links to {op.docs}, not to {documented[key]['operationId']}"
    for key in sorted(set(documented) - set(served) - also):
        is_told = any(f"{BASE}{key[1]}".startswith(f"{prefix}/") for prefix in NOT_EMULATED)
        if not is_told and not unknown(f"{BASE}{key[1]}"):
            yield f"{key[0]} {key[1]}", "is neither served nor told as not emulated"


def read(name: str) -> Any:
    return yaml.load((FOLDER / "openapi" / name).read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


def of_answers(report: Report) -> None:
    """Every sample, played; refusals and answers of the old version are in no document."""
    documents = {
        BASE: Document(read(f"admin/{STABLE}.yaml"), BASE),
        CAMPAIGNS: Document(read("campaigns/v1.yaml"), ""),
    }
    for name, sample in SAMPLES.items():
        request = sample["request"]
        path = request["path"].partition("?")[0]
        document = next((each for base, each in documents.items() if path.startswith(f"{base}/")), None)
        if document is None or request.get("version", STABLE) != STABLE or sample["response"]["status"] >= 300:
            continue
        operation = document.find(request["method"], path)
        if operation is None:
            continue  # told above
        app = App()
        prepare(app, sample["given"], SAMPLES, PREPARED)
        report.answers += 1
        report.add(operation.id, faults(document, operation, app.perform(request)))


def of_signatures() -> Iterator[tuple[str, str]]:
    """The vector that was derived from the documents' sample of a webhook."""
    recorded = FOLDER / "recorded"
    body = json.dumps(json.loads((recorded / "webhook_customer_created.sample.json").read_text(encoding="utf-8")))
    text = (recorded / "webhook_signature.derived.txt").read_text(encoding="utf-8")
    secret = re.search(r"secret=(\S+)", text)
    told = re.search(r"Signature: ([0-9a-f]{64})", text)
    assert secret is not None and told is not None
    if signature(secret.group(1), body) != told.group(1):
        yield "webhooks", f"signature is not {told.group(1)}"
    if hmac_of(secret.group(1).encode(), body.encode(), "sha256").hexdigest() != told.group(1):
        yield "webhooks", "the vector itself is wrong"


def fill(report: Report) -> None:
    for about, text in (*of_scopes(), *of_signatures()):
        report.add(about, [text])
    of_answers(report)


if __name__ == "__main__":
    sys.exit(compare(FOLDER, EXCEPTIONS, fill))
