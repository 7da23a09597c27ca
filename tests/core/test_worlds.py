from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import pytest

from mock_server.core.clock import Alarm
from mock_server.core.errors import Misused
from mock_server.core.store import MemoryStore
from mock_server.core.world import World
from mock_server.core.worlds import Worlds
from tests.receiver import Receiver

from tests.threads import at_once

from .conftest import CREATE, NOON, Shop

REFUSING = "about: x\nrules:\n  - when: {operation: shop.orders.create_order}\n    then: {outcome: rejected}\n"
TURNS = "about: x\nrules:\n  - when: {operation: shop.orders.create_order}\n    then: [{outcome: rejected}, {}]\n"


@pytest.fixture
def worlds(shop: Shop) -> Worlds:
    shop.users.write("refusing.yaml", REFUSING)
    return shop.open()


@pytest.fixture
def running(worlds: Worlds) -> Iterator[Worlds]:
    """With a courier."""
    worlds.run()
    yield worlds
    worlds.stop()


def outcome(world: World) -> str:
    return world.decide(CREATE, lambda _: None).outcome


def test_a_world_is_made_on_first_use(worlds: Worlds) -> None:
    before = worlds.names()

    worlds.get("mine")

    assert ([], ["mine"]) == (before, worlds.names())


def test_the_same_name_is_the_same_world(worlds: Worlds) -> None:
    worlds.get("mine").store.put("orders", "1", {"n": 1})

    assert {"n": 1} == worlds.get("mine").store.get("orders", "1")


def test_many_threads_get_the_same_world(worlds: Worlds) -> None:
    stores = at_once(lambda: worlds.get("mine").store)

    assert 1 == len({id(store) for store in stores})


def test_worlds_share_nothing(worlds: Worlds) -> None:
    mine, yours = worlds.get("mine"), worlds.get("yours")

    mine.clock.freeze(NOON)
    mine.outbox.post("order.placed", "http://localhost/", "", headers={}, about={})
    mine.journal.write(mine.journal.next_id(), {})
    first = mine.ids.uuid("order")
    worlds.start("mine", "refusing")

    yours = worlds.get("yours")
    assert ([], [], None) == (list(yours.outbox.newest()), list(yours.journal.newest({})), yours.clock.next_due_ms())
    assert (False, first, "accepted") == (yours.clock.frozen, yours.ids.uuid("order"), outcome(yours))


def test_the_names_are_sorted(worlds: Worlds) -> None:
    for name in ("b", "a", "c"):
        worlds.get(name)

    assert ["a", "b", "c"] == worlds.names()


def test_a_fresh_name_is_nobodys(worlds: Worlds) -> None:
    worlds.get("w2")

    fresh = [worlds.fresh_name() for _ in range(3)]

    assert ["w1", "w3", "w4"] == fresh
    assert ["w1", "w2", "w3", "w4"] == worlds.names()


def test_many_threads_get_a_fresh_name_each(worlds: Worlds) -> None:
    names = at_once(worlds.fresh_name)

    assert 16 == len(set(names))


def test_a_deleted_world_is_gone_and_begins_anew(worlds: Worlds) -> None:
    worlds.get("mine").store.put("orders", "1", {})

    deleted = worlds.delete("mine")

    assert (True, []) == (deleted, worlds.names())
    assert worlds.get("mine").store.get("orders", "1") is None


def test_deleting_what_is_not_there_is_told(worlds: Worlds) -> None:
    assert not worlds.delete("nobody")


def test_a_reset_world_is_as_new(worlds: Worlds) -> None:
    world = worlds.start("mine", "refusing")
    first = world.ids.uuid("order")
    world.clock.freeze(NOON)
    world.clock.set_alarm(NOON, "some", "thing")
    world.store.put("orders", "1", {})

    world = worlds.reset("mine")

    assert (False, None, None) == (world.clock.frozen, world.clock.next_due_ms(), world.store.get("orders", "1"))
    assert ("accepted", first) == (world.scenario.name, world.ids.uuid("order"))


def test_resetting_a_world_leaves_others(worlds: Worlds) -> None:
    worlds.get("yours").store.put("orders", "1", {"n": 1})

    worlds.reset("mine")

    assert {"n": 1} == worlds.get("yours").store.get("orders", "1")


def test_a_world_follows_the_scenario_it_was_told(worlds: Worlds) -> None:
    outcomes = [outcome(worlds.get("mine")), outcome(worlds.start("mine", "refusing")), outcome(worlds.get("mine"))]

    assert ["accepted", "rejected", "rejected"] == outcomes


def test_a_scenario_that_there_is_not_is_refused_and_changes_nothing(worlds: Worlds) -> None:
    worlds.start("mine", "refusing")

    with pytest.raises(Misused, match="no scenario 'refusin'; did you mean refusing?"):
        worlds.start("mine", "refusin")

    assert "refusing" == worlds.get("mine").scenario.name


def test_a_scenario_for_one_request_is_refused_when_there_is_none(worlds: Worlds) -> None:
    with pytest.raises(Misused, match="no scenario 'nothing'"):
        worlds.get("mine", scenario="nothing")


def test_a_scenario_for_one_request_is_for_one_request(worlds: Worlds) -> None:
    once = worlds.get("mine", scenario="refusing")

    assert ("refusing", "accepted") == (once.scenario.name, worlds.get("mine").scenario.name)


def test_a_world_whose_scenario_was_taken_away_accepts(shop: Shop, worlds: Worlds) -> None:
    worlds.start("mine", "refusing")

    (shop.users.folder / "refusing.yaml").unlink()

    assert ("accepted", "accepted") == (outcome(worlds.get("mine")), worlds.get("mine").scenario.name)


def test_a_scenario_chosen_again_begins_at_its_first_turn(shop: Shop) -> None:
    """A test that chooses a scenario does not care how far an earlier one got with it."""
    shop.users.write("turns.yaml", TURNS)
    worlds = shop.open()
    first = outcome(worlds.start("mine", "turns"))

    again = outcome(worlds.start("mine", "turns"))

    assert ("rejected", "rejected") == (first, again)


def test_a_scenario_may_set_the_seed(shop: Shop) -> None:
    shop.users.write("seeded.yaml", "about: x\nseed: 5\n")
    worlds = shop.open()
    plain, seeded = worlds.get("a"), worlds.start("b", "seeded")

    ids = [plain.ids.uuid("order"), seeded.ids.uuid("order"), shop.open(seed="5").get("c").ids.uuid("order")]

    assert ids[1] == ids[2] != ids[0]


def test_a_scenario_may_freeze_the_clock(shop: Shop) -> None:
    shop.users.write("frozen.yaml", "about: x\nclock: {freeze: 2026-11-20T12:00:00Z}\n")
    worlds = shop.open()

    world = worlds.start("mine", "frozen")

    assert (NOON, True) == (world.clock.now(), world.clock.frozen)


def test_worlds_that_start_with_a_frozen_scenario_are_frozen_also_after_a_reset(shop: Shop) -> None:
    shop.users.write("frozen.yaml", "about: x\nclock: {freeze: 2026-11-20T12:00:00Z}\n")
    worlds = shop.open(scenario="frozen")
    worlds.get("mine").advance(timedelta(hours=1))

    before, after = worlds.get("mine").clock.now(), worlds.reset("mine").clock.now()

    assert (NOON + timedelta(hours=1), NOON) == (before, after)


def test_a_scenario_may_change_settings_of_its_world_only(shop: Shop) -> None:
    shop.users.write("strict.yaml", "about: x\nsettings: {klarna_locale_check: strict}\n")
    worlds = shop.open()
    worlds.start("mine", "strict")

    checks = [worlds.get(name).settings.klarna_locale_check for name in ("mine", "yours")]

    assert ["strict", "lenient"] == checks


def test_each_world_has_a_store_of_the_kind_asked_for(shop: Shop) -> None:
    stores: dict[str, MemoryStore] = {}

    def new_store(name: str) -> MemoryStore:
        stores[name] = MemoryStore()
        return stores[name]

    worlds = Worlds(shop.open().house, new_store)

    assert {"a": worlds.get("a").store, "b": worlds.get("b").store} == stores


def test_a_running_server_fires_what_falls_due_by_itself(shop: Shop, running: Worlds) -> None:
    fired = Event()
    shop.handlers["signal"] = lambda world, alarm: fired.set()
    world = running.get("mine")

    world.clock.set_alarm(datetime.now(UTC) + timedelta(milliseconds=50), "signal", "1")
    world.wake()

    assert fired.wait(5)


def test_a_running_server_does_not_fire_what_is_due_by_a_frozen_clock_later(shop: Shop, running: Worlds) -> None:
    fired: list[str] = []
    mark = Event()
    shop.handlers["signal"] = lambda world, alarm: fired.append(alarm.key)
    shop.handlers["mark"] = lambda world, alarm: mark.set()
    frozen, other = running.get("a-frozen"), running.get("b-running")
    frozen.clock.freeze(NOON)
    frozen.clock.set_alarm(NOON + timedelta(milliseconds=1), "signal", "1")

    other.clock.set_alarm(datetime.now(UTC), "mark", "1")
    other.wake()

    assert mark.wait(5)
    assert [] == fired


def test_a_running_server_delivers_webhooks_by_itself(running: Worlds, receiver: Receiver) -> None:
    world = running.get("mine")

    world.outbox.post("order.placed", receiver.url(), '{"n": 1}', headers={}, about={})
    world.wake()

    assert [{"n": 1}] == [request.json for request in receiver.wait_for(1)]


def test_a_moved_clock_waits_for_deliveries_under_way(running: Worlds, receiver: Receiver) -> None:
    world = running.get("mine")
    world.clock.freeze(NOON)
    message = world.outbox.post("order.placed", receiver.url(), "", headers={}, about={})
    world.wake()
    receiver.wait_for(1)

    world.advance(timedelta(minutes=1))

    assert "delivered" == (world.store.get("outbox", message["id"]) or {})["state"]


def test_a_world_deleted_while_alarms_go_off_stays_deleted(shop: Shop, running: Worlds) -> None:
    done = Event()

    def delete(world: World, alarm: Alarm) -> None:
        running.delete("b")

    shop.handlers["delete"] = delete
    shop.handlers["done"] = lambda world, alarm: done.set()
    running.get("b")
    running.get("c").clock.set_alarm(NOON + timedelta(days=1), "done", "1")
    running.get("a").clock.set_alarm(NOON + timedelta(days=1), "delete", "1")

    for name in ("c", "a"):
        world = running.get(name)
        world.clock.freeze(NOON + timedelta(days=1))
    world.wake()

    assert done.wait(5)
    assert ["a", "c"] == running.names()


def test_a_stopped_server_can_be_stopped_again(worlds: Worlds) -> None:
    worlds.run()

    worlds.stop()
    worlds.stop()

    assert [] == worlds.names()


def test_without_a_courier_what_is_due_is_delivered_when_somebody_calls(worlds: Worlds, receiver: Receiver) -> None:
    world = worlds.get("mine")
    world.outbox.post("order.placed", receiver.url(), "", headers={}, about={})

    world.fire_due()

    assert 1 == len(receiver.requests)
