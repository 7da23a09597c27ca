"""What only the store in memory promises; what every store must do stands in tests/contract/test_every_store.py."""

from __future__ import annotations

from mock_server.core.store import MemoryStore, Record


def test_two_stores_share_nothing() -> None:
    one, other = MemoryStore(), MemoryStore()

    one.put("orders", "1", {"amount": 1})
    one.count("orders")

    assert (None, 1) == (other.get("orders", "1"), other.count("orders"))


def test_a_change_may_read_and_change_other_records(store: MemoryStore) -> None:
    store.put("orders", "1", {"amount": 1})

    def see(order: Record | None) -> Record:
        return {**(order or {}), "seen": 1}

    kept = store.change("orders", "2", lambda _: store.change("orders", "1", see))

    assert {"amount": 1, "seen": 1} == kept
    assert kept == store.get("orders", "1") == store.get("orders", "2")


def test_a_kind_whose_last_record_was_removed_takes_no_room(store: MemoryStore) -> None:
    """The clock keeps one kind per minute, forever."""
    for minute in range(100):
        store.put(f"alarms.{minute}", "key", {})
        store.change(f"alarms.{minute}", "key", lambda _: None)

    assert {} == store._kinds
