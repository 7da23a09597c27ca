from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.clock import Alarm, Clock, to_ms
from mock_server.core.store import Change, MemoryStore, Record

from tests.threads import at_once

from .conftest import NOON

SECOND = timedelta(seconds=1)


class CountingStore(MemoryStore):
    """Counts the records that were handed out or written."""

    def __init__(self) -> None:
        super().__init__()
        self.handled = 0

    def get(self, kind: str, key: str) -> Record | None:
        self.handled += 1
        return super().get(kind, key)

    def all(self, kind: str, *, newest_first: bool = False) -> Iterator[Record]:
        for record in super().all(kind, newest_first=newest_first):
            self.handled += 1
            yield record


class InterruptedStore(MemoryStore):
    """Lets somebody else act right before the next change of an alarm."""

    interruption: Callable[[], Any] | None = None

    def change(self, kind: str, key: str, change: Change) -> Record | None:
        if kind.startswith("alarms.") and self.interruption is not None:
            interruption, self.interruption = self.interruption, None
            interruption()
        return super().change(kind, key, change)


def keys(alarms: Iterator[Alarm]) -> list[str]:
    return [alarm.key for alarm in alarms]


def test_an_untouched_clock_shows_the_real_time(store: MemoryStore) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)

    shown = Clock(store).now()

    assert before <= shown <= datetime.now(UTC)


def test_time_is_utc_and_whole_milliseconds(store: MemoryStore) -> None:
    shown = Clock(store).now()

    assert (timedelta(0), 0) == (shown.utcoffset(), shown.microsecond % 1000)


def test_a_frozen_clock_stands_at_the_time_it_was_given(clock: Clock) -> None:
    shown = [clock.now() for _ in range(3)]

    assert [NOON] * 3 == shown


def test_a_clock_frozen_now_stands_where_it_was(store: MemoryStore) -> None:
    clock = Clock(store)
    clock.freeze()

    shown = [clock.now_ms() for _ in range(1000)]

    assert {shown[0]} == set(shown)
    assert abs(to_ms(datetime.now(UTC)) - shown[0]) < 10_000


def test_freezing_a_frozen_clock_again_leaves_it_where_it_is(clock: Clock) -> None:
    clock.freeze()

    assert NOON == clock.now()


def test_a_clock_that_runs_again_goes_on_from_where_it_stood(clock: Clock) -> None:
    clock.run()

    assert NOON <= clock.now() < NOON + 10 * SECOND
    assert not clock.frozen


def test_a_clock_may_run_from_any_time(clock: Clock) -> None:
    start = datetime(1999, 12, 31, tzinfo=UTC)

    clock.run(start)

    assert start <= clock.now() < start + 10 * SECOND


def test_a_clock_knows_whether_it_is_frozen(store: MemoryStore) -> None:
    clock = Clock(store)
    untouched = clock.frozen
    clock.freeze()

    assert (False, True) == (untouched, clock.frozen)


def test_two_clocks_on_one_store_show_the_same_time(clock: Clock, store: MemoryStore) -> None:
    assert clock.now() == Clock(store).now()


def test_alarms_come_in_order_of_their_time(clock: Clock) -> None:
    for minutes in (7, 1, 90, 0, 3):
        clock.set_alarm(NOON + timedelta(minutes=minutes), "test", str(minutes))

    taken = keys(clock.take_due(to_ms(NOON + timedelta(hours=2))))

    assert ["0", "1", "3", "7", "90"] == taken


def test_alarms_of_one_minute_come_in_order_of_their_milliseconds(clock: Clock) -> None:
    for milliseconds in (3, 59_999, 1, 2):
        clock.set_alarm(NOON + timedelta(milliseconds=milliseconds), "test", str(milliseconds))

    taken = keys(clock.take_due(to_ms(NOON + timedelta(minutes=1))))

    assert ["1", "2", "3", "59999"] == taken


@given(st.lists(st.integers(-10_000_000, 10_000_000), unique=True, max_size=30), st.integers(-10_000_000, 10_000_000))
def test_exactly_those_due_are_taken_in_order(offsets: list[int], until: int) -> None:
    clock = Clock(MemoryStore())
    for offset in offsets:
        clock.set_alarm(NOON + timedelta(milliseconds=offset), "test", str(offset))

    taken = keys(clock.take_due(to_ms(NOON) + until))

    assert [str(offset) for offset in sorted(offsets) if offset <= until] == taken


def test_an_alarm_tells_its_name_key_and_time(clock: Clock) -> None:
    clock.set_alarm(NOON, "session.expire", "abc")

    (alarm,) = clock.take_due(to_ms(NOON))

    assert ("session.expire", "abc", NOON) == (alarm.name, alarm.key, alarm.due)


def test_an_alarm_not_yet_due_stays(clock: Clock) -> None:
    clock.set_alarm(NOON + SECOND, "test", "later")

    early = keys(clock.take_due(to_ms(NOON) + 999))

    assert [] == early
    assert ["later"] == keys(clock.take_due(to_ms(NOON) + 1000))


def test_an_alarm_is_taken_once(clock: Clock) -> None:
    clock.set_alarm(NOON, "test", "once")

    first, second = keys(clock.take_due(to_ms(NOON))), keys(clock.take_due(to_ms(NOON)))

    assert (["once"], []) == (first, second)


def test_an_alarm_is_taken_once_when_many_threads_want_it(clock: Clock) -> None:
    for number in range(200):
        clock.set_alarm(NOON + timedelta(seconds=number), "test", str(number))

    taken = at_once(lambda: keys(clock.take_due(to_ms(NOON) + 300_000)))

    assert sorted(map(str, range(200))) == sorted(key for keys_ in taken for key in keys_)


def test_alarms_set_and_taken_by_many_threads_all_come_once(store: MemoryStore) -> None:
    clock = Clock(store)

    def set_and_take() -> list[str]:
        got = []
        for number in range(50):
            clock.set_alarm(NOON + timedelta(milliseconds=number * 977), "test", str(store.count("test")))
            got += keys(clock.take_due(to_ms(NOON) + 60_000))
        return got

    taken = at_once(set_and_take, times=8)

    left = keys(clock.take_due(to_ms(NOON) + 60_000))
    assert sorted(map(str, range(1, 401))) == sorted([*(key for part in taken for key in part), *left])


def test_an_alarm_set_again_while_another_taker_plans_is_not_lost() -> None:
    """A webhook that fails is due again seconds later, under the same name and most often in the same minute."""
    store = InterruptedStore()
    clock = Clock(store)
    clock.set_alarm(NOON, "webhook", "1")

    def somebody_is_faster() -> None:
        assert ["1"] == keys(clock.take_due(to_ms(NOON)))
        clock.set_alarm(NOON + SECOND, "webhook", "1")

    store.interruption = somebody_is_faster
    late = keys(clock.take_due(to_ms(NOON)))

    assert [] == late
    assert ["1"] == keys(clock.take_due(to_ms(NOON + SECOND)))


def test_an_alarm_set_while_others_are_taken_takes_its_turn(clock: Clock) -> None:
    for seconds in (1, 10, 70):
        clock.set_alarm(NOON + timedelta(seconds=seconds), "test", str(seconds))

    taken = []
    for alarm in clock.take_due(to_ms(NOON) + 100_000):
        taken.append(alarm.key)
        if alarm.key == "1":
            clock.set_alarm(NOON + timedelta(seconds=5), "test", "5")
            clock.set_alarm(NOON + timedelta(seconds=65), "test", "65")
            clock.set_alarm(NOON + timedelta(seconds=101), "test", "101")

    assert ["1", "5", "10", "65", "70"] == taken
    assert to_ms(NOON) + 101_000 == clock.next_due_ms()


def test_an_alarm_set_takes_its_turn_also_when_somebody_else_looked_for_due_ones_meanwhile(clock: Clock) -> None:
    """A request comes while the clock is moved, and finds nothing due yet."""
    for seconds in (1, 10):
        clock.set_alarm(NOON + timedelta(seconds=seconds), "test", str(seconds))
    mover = clock.take_due(to_ms(NOON) + 60_000)
    taken = [next(mover).key]
    clock.set_alarm(NOON + timedelta(seconds=5), "test", "5")

    request = keys(clock.take_due(to_ms(NOON) + 1_000))
    taken += keys(mover)

    assert ([], ["1", "5", "10"]) == (request, taken)


def test_an_alarm_set_in_the_past_while_others_are_taken_comes_next(clock: Clock) -> None:
    for minutes in (1, 2):
        clock.set_alarm(NOON + timedelta(minutes=minutes), "test", str(minutes))

    taken = []
    for alarm in clock.take_due(to_ms(NOON) + 600_000):
        taken.append(alarm.key)
        if alarm.key == "1":
            clock.set_alarm(NOON - timedelta(hours=1), "test", "overdue")

    assert ["1", "overdue", "2"] == taken


def test_a_taker_that_stops_early_leaves_the_rest(clock: Clock) -> None:
    for key in ("a", "b", "c"):
        clock.set_alarm(NOON, "test", key)

    first = next(clock.take_due(to_ms(NOON))).key

    assert ["a", "b", "c"] == sorted([first, *keys(clock.take_due(to_ms(NOON)))])


def test_a_cancelled_alarm_does_not_go_off(clock: Clock) -> None:
    clock.set_alarm(NOON, "test", "cancelled")
    clock.set_alarm(NOON, "test", "kept")

    clock.cancel_alarm(NOON, "test", "cancelled")

    assert ["kept"] == keys(clock.take_due(to_ms(NOON)))


def test_cancelling_what_was_never_set_does_nothing(clock: Clock) -> None:
    clock.set_alarm(NOON, "test", "kept")

    clock.cancel_alarm(NOON, "other", "kept")
    clock.cancel_alarm(NOON + timedelta(hours=1), "test", "kept")

    assert ["kept"] == keys(clock.take_due(to_ms(NOON)))


def test_no_alarm_no_due_time(clock: Clock) -> None:
    assert clock.next_due_ms() is None


def test_the_next_due_time_is_that_of_the_earliest_alarm(clock: Clock) -> None:
    for minutes in (5, 2, 8):
        clock.set_alarm(NOON + timedelta(minutes=minutes), "test", str(minutes))

    assert to_ms(NOON) + 120_000 == clock.next_due_ms()


def test_after_taking_the_next_due_time_is_that_of_the_rest(clock: Clock) -> None:
    for minutes in (1, 60):
        clock.set_alarm(NOON + timedelta(minutes=minutes), "test", str(minutes))

    keys(clock.take_due(to_ms(NOON) + 60_000))

    assert to_ms(NOON) + 3_600_000 == clock.next_due_ms()


def test_after_taking_all_nothing_is_due(clock: Clock) -> None:
    clock.set_alarm(NOON, "test", "only")

    keys(clock.take_due(to_ms(NOON)))

    assert clock.next_due_ms() is None


def test_an_alarm_after_all_were_taken_is_due_again(clock: Clock) -> None:
    clock.set_alarm(NOON, "test", "first")
    keys(clock.take_due(to_ms(NOON)))

    clock.set_alarm(NOON + SECOND, "test", "second")

    assert to_ms(NOON + SECOND) == clock.next_due_ms()


def test_ten_times_the_alarms_of_a_minute_take_ten_times_the_work() -> None:
    def work(alarms: int) -> int:
        store = CountingStore()
        clock = Clock(store)
        for number in range(alarms):
            clock.set_alarm(NOON + timedelta(milliseconds=number % 60_000), "test", str(number))
        assert alarms == len(keys(clock.take_due(to_ms(NOON) + 60_000)))
        return store.handled

    few, many = work(1_000), work(10_000)

    assert many <= 12 * few


def test_alarms_set_for_later_while_a_minute_is_taken_do_not_start_it_over() -> None:
    """Each of a minute's failing webhooks is to be tried again an hour later."""

    def work(alarms: int) -> int:
        store = CountingStore()
        clock = Clock(store)
        for number in range(alarms):
            clock.set_alarm(NOON, "test", str(number))
        for alarm in clock.take_due(to_ms(NOON) + 60_000):
            clock.set_alarm(NOON + timedelta(hours=1), "test", alarm.key)
        return store.handled

    few, many = work(50), work(500)

    assert many <= 12 * few
