"""What every store does; a new one is in it by being listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.store import MemoryStore, Record, Store
from tests.threads import at_once

# name -> makes an empty store
STORES: dict[str, Callable[[], Store]] = {"memory": MemoryStore}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> Store:
    return STORES[request.param]()


def add_one(record: Record | None) -> Record:
    return {"n": (record["n"] if record else 0) + 1}


def test_what_was_never_put_is_none(store: Store) -> None:
    assert store.get("orders", "1") is None
    assert [] == list(store.all("orders"))


def test_what_was_put_is_got(store: Store) -> None:
    store.put("orders", "1", {"amount": 1234})

    assert {"amount": 1234} == store.get("orders", "1")


def test_a_later_put_replaces_the_whole_record(store: Store) -> None:
    store.put("orders", "1", {"amount": 1, "note": "gone"})
    store.put("orders", "1", {"amount": 2})

    assert {"amount": 2} == store.get("orders", "1")


@pytest.mark.parametrize("name", STORES)
@given(record=st.dictionaries(st.text(), JSON, max_size=5))
def test_any_json_comes_back_as_it_was(name: str, record: Record) -> None:
    store = STORES[name]()

    store.put("things", "key", record)

    assert record == store.get("things", "key")


# what some parsers of JSON would bring back as something else, or refuse
ODD = [
    2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 10**400, -(2**63), -(2**63) - 1, -(10**30), 0.1, 1e300, -0.0, 5.0,
    "\ud800", "a\udfffb", "\x00", "\u2028", "\U0001f45f", {"\ud83d": "\udc5f"}, [2**70, "\ud800", None, True],
]  # fmt: skip


@pytest.mark.parametrize("value", ODD, ids=ascii)
def test_odd_numbers_and_halves_of_letters_come_back(store: Store, value: Any) -> None:
    store.put("things", "put", {"value": value, "beside": 1})
    changed = store.change("things", "changed", lambda _: {"value": value, "beside": 1})

    found = [changed, store.get("things", "put"), store.get("things", "changed"), *store.all("things")]

    assert [repr(value)] * 5 == [repr(each["value"]) for each in found if each]
    assert {"int"} == {type(each["beside"]).__name__ for each in found if each}


KEYS = ["", " ", "a b", "a/b", "a:b", "a.b", "ä€😀", "'", '"', "%", "*", "x" * 1000, "A", "a\n"]


@pytest.mark.parametrize("key", KEYS)
def test_any_text_is_a_key(store: Store, key: str) -> None:
    store.put("orders", key, {"mine": True})
    store.put("orders", "another", {"mine": False})

    assert {"mine": True} == store.get("orders", key)


def test_keys_and_kinds_do_not_run_into_each_other(store: Store) -> None:
    store.put("a", "b.c", {"n": 1})
    store.put("a.b", "c", {"n": 2})
    store.put("A", "b.c", {"n": 3})

    assert [{"n": 1}, {"n": 2}, {"n": 3}] == [store.get("a", "b.c"), store.get("a.b", "c"), store.get("A", "b.c")]
    assert [{"n": 1}] == list(store.all("a"))


def test_a_record_changed_after_it_was_put_stays_as_it_was_put(store: Store) -> None:
    record = {"lines": [{"name": "Socks"}]}
    store.put("orders", "1", record)

    record["lines"][0]["name"] = "changed"

    assert {"lines": [{"name": "Socks"}]} == store.get("orders", "1")


def test_a_record_changed_after_it_was_got_stays_as_it_was(store: Store) -> None:
    store.put("orders", "1", {"lines": [{"name": "Socks"}]})
    got = store.get("orders", "1") or {}

    got["lines"][0]["name"] = "changed"

    assert {"lines": [{"name": "Socks"}]} == store.get("orders", "1")


def test_a_record_changed_after_it_was_listed_stays_as_it_was(store: Store) -> None:
    store.put("orders", "1", {"lines": []})
    (listed,) = store.all("orders")

    listed["lines"].append("changed")

    assert [{"lines": []}] == list(store.all("orders"))


def test_a_record_changed_after_it_was_answered_by_change_stays_as_it_was(store: Store) -> None:
    kept = store.change("orders", "1", lambda _: {"lines": []}) or {}

    kept["lines"].append("changed")

    assert {"lines": []} == store.get("orders", "1")


def test_all_come_in_the_order_they_were_first_put(store: Store) -> None:
    for key in ("b", "a", "c"):
        store.put("orders", key, {"key": key})
    store.put("orders", "b", {"key": "b", "again": True})
    store.change("orders", "a", lambda record: record)

    assert [{"key": "b", "again": True}, {"key": "a"}, {"key": "c"}] == list(store.all("orders"))


def test_all_come_newest_first_when_asked(store: Store) -> None:
    for key in ("b", "a", "c"):
        store.put("orders", key, {"key": key})

    assert ["c", "a", "b"] == [record["key"] for record in store.all("orders", newest_first=True)]


def test_many_come_in_order_too(store: Store) -> None:
    for number in range(1200):
        store.put("orders", f"key {number}", {"n": number})

    assert list(range(1200)) == [record["n"] for record in store.all("orders")]


def test_a_record_made_by_change_stands_behind_those_before_it(store: Store) -> None:
    store.put("orders", "1", {"n": 1})
    store.change("orders", "2", lambda _: {"n": 2})
    store.put("orders", "3", {"n": 3})

    assert [1, 2, 3] == [record["n"] for record in store.all("orders")]


def test_a_record_removed_and_put_again_is_the_newest(store: Store) -> None:
    for key in ("a", "b"):
        store.put("orders", key, {"key": key})
    store.change("orders", "a", lambda _: None)
    store.put("orders", "a", {"key": "a"})

    assert ["b", "a"] == [record["key"] for record in store.all("orders")]


def test_a_listing_can_be_gone_through_while_records_come_and_go(store: Store) -> None:
    for number in range(3):
        store.put("orders", str(number), {"n": number})

    seen = []
    for record in store.all("orders"):
        seen.append(record["n"])
        store.change("orders", str(record["n"]), lambda _: None)
        store.put("orders", f"new {record['n']}", {"n": 100})

    assert [0, 1, 2] == [number for number in seen if number < 100]
    assert [100, 100, 100] == [record["n"] for record in store.all("orders")]


def test_change_is_given_what_is_there_and_answers_with_what_is_kept(store: Store) -> None:
    store.put("orders", "1", {"n": 1})

    kept = store.change("orders", "1", add_one)

    assert {"n": 2} == kept == store.get("orders", "1")


def test_change_is_given_none_when_nothing_is_there(store: Store) -> None:
    given: list[Record | None] = []

    store.change("orders", "1", lambda record: given.append(record))

    assert {None} == set(given)


def test_changing_to_none_removes(store: Store) -> None:
    store.put("orders", "1", {"n": 1})
    store.put("orders", "2", {"n": 2})

    answer = store.change("orders", "1", lambda _: None)

    assert (None, None) == (answer, store.get("orders", "1"))
    assert [{"n": 2}] == list(store.all("orders"))


def test_removing_what_is_not_there_does_nothing(store: Store) -> None:
    answer = store.change("orders", "1", lambda _: None)

    assert (None, []) == (answer, list(store.all("orders")))


def test_a_change_that_raises_changes_nothing(store: Store) -> None:
    store.put("orders", "1", {"lines": [1]})

    def spoil(record: Record | None) -> Record:
        assert record is not None
        record["lines"].append(2)
        raise ZeroDivisionError("on purpose")

    with pytest.raises(ZeroDivisionError, match="on purpose"):
        store.change("orders", "1", spoil)

    assert {"lines": [1]} == store.get("orders", "1")


def test_a_change_that_raises_leaves_the_store_usable(store: Store) -> None:
    def refuse(_: Record | None) -> Record:
        raise ZeroDivisionError("on purpose")

    with pytest.raises(ZeroDivisionError):
        store.change("orders", "1", refuse)

    assert [{"n": 1}] == at_once(lambda: store.change("orders", "1", add_one), times=1)


def test_what_is_no_json_is_refused_and_changes_nothing(store: Store) -> None:
    store.put("orders", "1", {"n": 1})

    with pytest.raises(TypeError):
        store.put("orders", "1", {"n": object()})
    with pytest.raises(TypeError):
        store.change("orders", "1", lambda _: {"n": object()})

    assert {"n": 1} == store.get("orders", "1")


def test_changes_by_many_threads_are_all_kept(store: Store) -> None:
    def change_often() -> None:
        for _ in range(50):
            store.change("orders", "1", add_one)

    at_once(change_often)

    assert {"n": 800} == store.get("orders", "1")


def test_of_many_threads_that_take_the_same_record_one_gets_it(store: Store) -> None:
    store.put("webhooks", "1", {"due": True})

    def take() -> bool:
        found: list[bool] = []

        def claim(record: Record | None) -> None:
            found[:] = [record is not None]

        store.change("webhooks", "1", claim)
        return found[0]

    got = at_once(take)

    assert [True] == [one for one in got if one]


def test_puts_by_many_threads_are_all_listed(store: Store) -> None:
    def put_often() -> None:
        for _ in range(20):
            number = store.count("orders")
            store.put("orders", str(number), {"n": number})

    at_once(put_often)

    assert list(range(1, 321)) == sorted(record["n"] for record in store.all("orders"))


def test_counting_starts_at_one(store: Store) -> None:
    assert [1, 2, 3] == [store.count("orders") for _ in range(3)]


def test_each_counter_counts_for_itself(store: Store) -> None:
    store.count("orders")

    assert (1, 2) == (store.count("captures"), store.count("orders"))


def test_a_counter_is_no_record(store: Store) -> None:
    store.count("orders")

    assert [] == list(store.all("orders"))


def test_many_threads_get_each_number_once(store: Store) -> None:
    numbers = at_once(lambda: [store.count("orders") for _ in range(100)])

    assert list(range(1, 1601)) == sorted(number for part in numbers for number in part)


def test_clear_forgets_records_and_counters(store: Store) -> None:
    store.put("orders", "1", {"n": 1})
    store.put("captures", "1", {"n": 1})
    store.count("orders")

    store.clear()

    assert (None, None, []) == (store.get("orders", "1"), store.get("captures", "1"), list(store.all("orders")))
    assert 1 == store.count("orders")


def test_a_cleared_store_can_be_used_on(store: Store) -> None:
    store.put("orders", "1", {"n": 1})
    store.clear()

    store.put("orders", "2", {"n": 2})

    assert [{"n": 2}] == list(store.all("orders"))
