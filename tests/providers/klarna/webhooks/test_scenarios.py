from __future__ import annotations

import pytest

from tests.receiver import Receiver

from ..conftest import Klarna
from ..hosted import Host

EVENTS = (
    "klarna.hosted_payment_page.status_update", "klarna.order_management.push", "klarna.order_management.notification",
)  # fmt: skip


@pytest.mark.parametrize(
    ("scenario", "states", "tries"),
    [
        ("webhook-late", ["waiting"], 0),
        ("webhook-lost", ["lost"], 0),
        ("webhook-twice", ["delivered", "delivered"], 1),
        ("webhook-never-acknowledged", ["waiting"], 2),
    ],
)
def test_all_that_klarna_tells_of_an_order_by_itself(
    klarna: Klarna, receiver: Receiver, scenario: str, states: list[str], tries: int
) -> None:
    assert 200 == klarna.call("PUT", "/_mock/scenario", {"name": scenario}).status_code
    host, url = Host(klarna), receiver.url()
    urls = {"merchant_urls": {"notification": url, "push": url}}
    created = host.create(purchase=urls, options={"place_order_mode": "PLACE_ORDER"})
    klarna.world.store.change(  # only the completion is told
        "klarna_hpp_sessions", created["session_id"],
        lambda found: found and found | {"status": "IN_PROGRESS", "merchant_urls": {"status_update": url}},
    )  # fmt: skip

    host.complete(created["session_id"], outcome="pending", decide="accepted", after="1s")
    klarna.call("POST", "/_mock/clock", {"advance": "1s"})

    found = list(klarna.world.store.all("outbox"))
    assert {event: states for event in EVENTS} == {
        event: [message["state"] for message in found if message["event"] == event] for event in EVENTS
    }
    assert tries in {len(message["attempts"]) for message in found}
