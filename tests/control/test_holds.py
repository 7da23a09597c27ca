"""A tester holds requests and webhooks, and lets them go."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask

from mock_server.app import create_app
from mock_server.settings import Settings
from tests.klarna import InProcess, Klarna, fine
from tests.threads import NoticedPlaces

CREATE = "klarna.payments.create_session"


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> list[NoticedPlaces]:
    """Those of the server that is made next."""
    made: list[NoticedPlaces] = []

    def make(most: int) -> NoticedPlaces:
        made.append(NoticedPlaces(most))
        return made[-1]

    monkeypatch.setattr("mock_server.core.worlds.Places", make)
    return made


@pytest.fixture
def app(places: list[NoticedPlaces]) -> Iterator[Flask]:
    app = create_app(Settings(hold_limit_s=20))
    yield app
    app.extensions["worlds"].let_go()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as pool:
        yield pool


def hold(klarna: Klarna, **wanted: Any) -> dict[str, Any]:
    made: dict[str, Any] = fine(klarna.control("POST", "/holds", wanted))
    return made


def later(app: Flask, pool: ThreadPoolExecutor, world: str = "test") -> Future[dict[str, Any]]:
    """A session that somebody else creates at the same time."""
    return pool.submit(Klarna(InProcess(app.test_client()), world).create_session)


def waiting(klarna: Klarna, places: list[NoticedPlaces]) -> list[dict[str, Any]]:
    """Who waits at the only hold, as soon as somebody does."""
    places[-1].wait_for()
    (record,) = fine(klarna.control("GET", "/holds"))
    found: list[dict[str, Any]] = record["waiting"]
    return found


def test_a_request_waits_before_its_work_and_goes_on_when_released(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    made = hold(klarna, before=CREATE)
    request = later(app, pool)
    who = waiting(klarna, places)
    before = fine(klarna.control("GET", "/state"))["sessions"]

    released = fine(klarna.control("POST", f"/holds/{made['id']}/release"))

    assert {"id": 1, "before": CREATE, "match": {}, "times": 1, "caught": 0, "waiting": []} == made
    assert [{"operation": CREATE, "method": "POST", "path": "/payments/v1/sessions"}] == who
    assert (0, {"id": 1, "released": 1}) == (before, released)
    assert request.result(10)["session_id"]
    assert ["hold 1: was released"] == klarna.journal()[0]["notes"]


def test_after_the_work_the_answer_waits(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    hold(klarna, after=CREATE)
    request = later(app, pool)
    waiting(klarna, places)

    (session,) = fine(klarna.control("GET", "/state/sessions"))
    deleted = klarna.control("DELETE", "/holds/1")

    assert (204, session["id"]) == (deleted.status, request.result(10)["session_id"])


def test_other_worlds_go_on(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    hold(klarna, before=CREATE)
    request = later(app, pool)
    waiting(klarna, places)

    assert later(app, pool, "another").result(10)["session_id"]
    assert not request.done()
    klarna.control("DELETE", "/holds/1")


def test_only_what_matches_is_held(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    hold(klarna, before="klarna.payments.*", match={"body.order_amount": 1234})

    klarna.create_session()
    request = pool.submit(Klarna(InProcess(app.test_client()), "test").create_session, amount=1234)
    waiting(klarna, places)
    klarna.control("DELETE", "/holds/1")

    assert request.result(10)["session_id"]


def test_a_refused_request_can_be_held_too(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    hold(klarna, after=CREATE)
    client = Klarna(InProcess(app.test_client()), "test")
    request = pool.submit(client.send, "POST", "/payments/v1/sessions", {})
    waiting(klarna, places)

    klarna.control("DELETE", "/holds/1")

    assert 400 == request.result(10).status


def test_a_reset_releases_everybody(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    hold(klarna, before=CREATE, times=3)
    request = later(app, pool)
    waiting(klarna, places)

    fine(klarna.control("POST", "/reset"))

    assert request.result(10)["session_id"]
    assert [] == fine(klarna.control("GET", "/holds"))


def test_a_deleted_world_releases_everybody(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    hold(klarna, before=CREATE)
    request = later(app, pool)
    waiting(klarna, places)

    klarna.control("DELETE", "/worlds/test")

    assert request.result(10)["session_id"]


def test_a_webhook_waits_and_leaves_when_released(klarna: Klarna) -> None:
    hold(klarna, before="klarna.payments.authorization_callback", match={"body.session_id": {"matches": "."}})
    session = klarna.create_session(merchant_urls={"authorization": "http://127.0.0.1:1/"})
    klarna.authorize(session["session_id"])
    klarna.advance("0s")
    (message,) = fine(klarna.control("GET", "/webhooks"))

    fine(klarna.control("POST", "/holds/1/release"))

    after = fine(klarna.control("GET", f"/webhooks/{message['id']}"))
    assert ([], 1) == (message["attempts"], len(after["attempts"]))
    assert "hold 1: was released" == after["held_up"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({}, "expected {\"before\""),
        ({"before": CREATE, "after": CREATE}, "expected {\"before\""),
        ({"before": "klarna.payments.create_sesion"}, "before: 'klarna.payments.create_sesion' is no operation; did you"
         f" mean '{CREATE}'?"),
        ({"befor": CREATE}, "befor: unknown key; did you mean 'before'?"),
        ({"after": CREATE, "match": {"boddy.a": 1}}, "match.boddy.a: 'boddy' is no what to look at; did you mean"),
        ({"after": CREATE, "times": 0}, "times: Must be greater than or equal to 1."),
        ({"after": "klarna.order_management.push"}, "is a webhook, which waits before it leaves: say before"),
        ({"before": "next_commerce.renewals.charge"}, "is nothing that can wait"),
        ({"before": "order.cancelled"}, "is no operation or webhook, but an event of the ledger"),
    ],
)  # fmt: skip
def test_a_hold_that_cannot_be_is_refused_with_the_right_word(klarna: Klarna, wanted: Any, told: str) -> None:
    answer = klarna.control("POST", "/holds", wanted)

    assert 400 == answer.status
    assert told in answer.json["error"]
    assert [] == fine(klarna.control("GET", "/holds"))


@pytest.mark.parametrize("number", ["7", "x", "-1"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/holds/{}/release"), ("DELETE", "/holds/{}")])
def test_a_hold_that_is_not_there_is_not_found(klarna: Klarna, method: str, path: str, number: str) -> None:
    hold(klarna, before=CREATE)

    answer = klarna.control(method, path.format(number))

    assert (404, f"no hold {number} in world test: there are 1") == (answer.status, answer.json["error"])


def test_half_of_the_threads_stay_free(pool: ThreadPoolExecutor, places: list[NoticedPlaces]) -> None:
    app = create_app(Settings(threads=3))
    klarna = Klarna(InProcess(app.test_client()), "test")
    hold(klarna, before=CREATE, times=2)
    first = later(app, pool)
    waiting(klarna, places)

    second = later(app, pool).result(10)

    assert second["session_id"] and not first.done()
    assert ["hold 1: did not wait: 1 requests do, half of the server's threads"] == klarna.journal()[0]["notes"]
    klarna.control("DELETE", "/holds/1")
    first.result(10)


def test_a_hold_that_nobody_releases_ends_by_itself_and_the_journal_says_so() -> None:
    klarna = Klarna(InProcess(create_app(Settings(hold_limit_s=1)).test_client()), "test")
    hold(klarna, before=CREATE)

    klarna.create_session()

    assert ["hold 1: nobody released it within 1 s"] == klarna.journal()[0]["notes"]


def test_a_rule_may_have_an_answer_wait(
    app: Flask, klarna: Klarna, pool: ThreadPoolExecutor, places: list[NoticedPlaces]
) -> None:
    klarna.add_rule(CREATE, {"fault": {"hold": {"until": "klarna.payments.read_session"}}}, times=1)
    request = later(app, pool)
    places[-1].wait_for()
    sessions = fine(klarna.control("GET", "/state/sessions"))

    klarna.read_session(sessions[0]["id"])

    assert sessions[0]["id"] == request.result(10)["session_id"]
    entry = next(each for each in klarna.journal() if each["operation"] == CREATE)
    assert (["klarna.payments.read_session came first"], {"hold": {"until": "klarna.payments.read_session"}}) == (
        entry["notes"], entry["fault"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ({"fault": {"hold": {"until": "klarna.payments.read_sesion"}}}, "then.fault.hold.until: 'klarna.payments.read_s"
         "esion' is no operation, webhook or event; did you mean 'klarna.payments.read_session'?"),
        ({"fault": {"hold": {"until": "next_commerce.renewals.charge"}}}, "is no operation, webhook or event"),
        ({"fault": {"hold": {"til": CREATE}}}, "then.fault: hold is {'til': 'klarna.payments.create_session'}; expect"),
        ({"fault": {"hold": CREATE}}, "expected {until: "),
    ],
)  # fmt: skip
def test_a_rule_that_waits_for_what_never_comes_is_refused(klarna: Klarna, then: Any, told: str) -> None:
    answer = klarna.control("POST", "/rules", {"when": {"operation": CREATE}, "then": then})

    assert 400 == answer.status
    assert told in answer.json["error"]


def test_a_webhook_may_be_overtaken_by_what_is_named_only(klarna: Klarna) -> None:
    rule = {
        "when": {"operation": "klarna.order_management.notification"},
        "then": {"outcome": "overtaken", "by": "order.canceled"},
    }

    answer = klarna.control("POST", "/rules", rule)

    assert "then.by: 'order.canceled' is no operation, webhook or event; did you mean 'order.cancelled'?" in (
        answer.json["error"]
    )


def test_events_of_the_ledger_are_no_operations(klarna: Klarna) -> None:
    rule = {"when": {"operation": "order.cancelled"}, "then": {}}

    answer = klarna.control("POST", "/rules", rule)

    assert "when.operation: 'order.cancelled' is no operation" in answer.json["error"]
    assert "order.cancelled" not in fine(klarna.control("GET", "/operations"))


def test_everything_works_as_before_while_nobody_is_held(klarna: Klarna) -> None:
    hold(klarna, before="klarna.payments.update_session")

    assert klarna.buy()["order_id"]
    assert not any("notes" in entry for entry in klarna.journal())
