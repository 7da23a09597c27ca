from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_server.core.rules import Decision, Rule, decide, look_into, named, read_rule
from mock_server.core.store import MemoryStore

from tests.threads import at_once

from .conftest import CATALOG, CREATE, READ


def rule_of(
    then: Any, operation: str | list[str] = CREATE, match: Mapping[str, Any] | None = None, **more: Any
) -> Rule:
    raw = {"when": {"operation": operation, "match": match or {}}, "then": then, **more}
    return read_rule(raw, CATALOG, source="a test", counter=repr(raw))


def decided(
    store: MemoryStore, *rules: Rule, operation: str = CREATE, seen: Mapping[str, Any] | None = None
) -> Decision:
    return decide(store, rules, operation, (seen or {}).get)


def test_without_a_rule_everything_is_accepted(store: MemoryStore) -> None:
    decision = decided(store)

    assert Decision("accepted", {}, "", (), {}, "default") == decision
    assert decision.is_default


def test_a_rule_decides_and_says_that_it_did(store: MemoryStore) -> None:
    decision = decided(store, rule_of({"outcome": "pending", "decide": "accepted", "after": "5m"}))

    assert Decision("pending", {"decide": "accepted", "after": "5m"}, decided_by="a test") == decision
    assert not decision.is_default


def test_a_rule_may_give_an_error_with_its_own_messages(store: MemoryStore) -> None:
    decision = decided(store, rule_of({"error": "Broken", "messages": ["Sorry."]}))

    assert ("Broken", ["Sorry."], {}) == (decision.error, decision.messages, decision.options)


def test_a_rule_may_give_a_fault(store: MemoryStore) -> None:
    decision = decided(store, rule_of({"fault": {"drop": "answer"}}))

    assert ("accepted", {"drop": "answer"}, {}) == (decision.outcome, decision.fault, decision.options)


def test_a_rule_for_another_operation_does_not_decide(store: MemoryStore) -> None:
    decision = decided(store, rule_of({"error": "NotFound"}, READ))

    assert Decision() == decision


def test_the_first_rule_that_matches_decides(store: MemoryStore) -> None:
    no = rule_of({"error": "Broken"}, match={"body.amount": 1})
    first, second = rule_of({"outcome": "rejected"}), rule_of({"outcome": "pending"})

    decision = decided(store, no, first, second)

    assert "rejected" == decision.outcome


@pytest.mark.parametrize(
    ("pattern", "covered"),
    [
        (CREATE, [CREATE]),
        ("shop.*", [CREATE, READ]),
        ("*", [CREATE, READ]),
        ("shop.orders.read_*", [READ]),
        ("*_order", [CREATE, READ]),
        ("SHOP.*", []),
        ("shop", []),
    ],
)
def test_a_pattern_names_operations(pattern: str, covered: list[str]) -> None:
    assert covered == named(pattern, CATALOG)


def test_a_list_names_the_operations_of_all_its_patterns() -> None:
    assert frozenset({CREATE, READ}) == rule_of({"error": "NotFound"}, [READ, "*.create_*"]).operations


def test_a_pattern_is_about_those_operations_that_can_do_what_it_says() -> None:
    assert frozenset({CREATE}) == rule_of({"outcome": "rejected"}, "shop.*").operations
    assert frozenset({CREATE, READ}) == rule_of({"error": "NotFound"}, "shop.*").operations
    assert frozenset({CREATE}) == rule_of([{"error": "NotFound"}, {"error": "Broken"}], "shop.*").operations


@pytest.mark.parametrize(
    ("want", "value", "holds"),
    [
        ("de-DE", "de-DE", True),
        ("de-DE", "de-de", False),
        (5, 5, True),
        (5, "5", False),
        (None, None, True),
        (None, "", False),
        ({"equals": "x"}, "x", True),
        ({"equals": {"a": 1}}, {"a": 1}, True),
        ({"equals": ""}, None, False),
        ({"matches": "den.ed"}, "customer+denied@email.nl", True),
        ({"matches": "^denied"}, "customer+denied@email.nl", False),
        ({"matches": "5"}, 5, False),
        ({"matches": ".*"}, None, False),
        ({"in": ["a", "b"]}, "b", True),
        ({"in": ["a", "b"]}, "c", False),
        ({"in": [None]}, None, True),
        ({"in": []}, "c", False),
        ({"present": True}, "", True),
        ({"present": True}, 0, True),
        ({"present": True}, None, False),
        ({"present": False}, None, True),
        ({"present": False}, False, False),
    ],
)
def test_a_test_holds_or_not(store: MemoryStore, want: Any, value: Any, holds: bool) -> None:
    decision = decided(store, rule_of({"outcome": "rejected"}, match={"body.x": want}), seen={"body.x": value})

    assert ("rejected" if holds else "accepted") == decision.outcome


def test_every_test_must_hold(store: MemoryStore) -> None:
    rule = rule_of({"outcome": "rejected"}, match={"body.a": 1, "body.b": 2})

    outcomes = [decided(store, rule, seen={"body.a": 1, "body.b": b}).outcome for b in (2, 3)]

    assert ["rejected", "accepted"] == outcomes


def test_named_groups_are_put_into_what_happens(store: MemoryStore) -> None:
    match = {"body.email": {"matches": r"\+pend-(?P<decide>\w+)-(?P<minutes>\d\d)@"}}
    rule = rule_of({"outcome": "pending", "decide": "{decide}ed", "after": "{minutes}m"}, match=match)

    decision = decided(store, rule, seen={"body.email": "customer+pend-accept-05@email.us"})

    assert {"decide": "accepted", "after": "05m"} == decision.options


def test_named_groups_are_put_into_messages_too(store: MemoryStore) -> None:
    rule = rule_of({"error": "Broken", "messages": ["No {name}."]}, match={"body.x": {"matches": "(?P<name>.+)"}})

    decision = decided(store, rule, seen={"body.x": "socks"})

    assert ["No socks."] == list(decision.messages)


def test_a_group_that_took_no_part_leaves_its_place_as_it_is(store: MemoryStore) -> None:
    rule = rule_of({"outcome": "pending", "after": "{a}"}, match={"body.x": {"matches": "(?P<a>1)|2"}})

    decision = decided(store, rule, seen={"body.x": "2"})

    assert {"after": "{a}"} == decision.options


def test_a_rule_is_good_for_so_many_times(store: MemoryStore) -> None:
    rule = rule_of({"outcome": "rejected"}, times=2)

    outcomes = [decided(store, rule).outcome for _ in range(4)]

    assert ["rejected", "rejected", "accepted", "accepted"] == outcomes


def test_a_rule_that_is_used_up_leaves_the_next_one_to_decide(store: MemoryStore) -> None:
    rules = rule_of({"outcome": "rejected"}, times=1), rule_of({"outcome": "pending"})

    outcomes = [decided(store, *rules).outcome for _ in range(3)]

    assert ["rejected", "pending", "pending"] == outcomes


def test_a_call_that_does_not_match_uses_up_nothing(store: MemoryStore) -> None:
    rule = rule_of({"outcome": "rejected"}, match={"body.x": 1}, times=1)

    decided(store, rule, seen={"body.x": 2})
    decided(store, rule, seen={"body.x": 1}, operation=READ)

    assert "rejected" == decided(store, rule, seen={"body.x": 1}).outcome


def test_turns_are_taken_one_after_the_other_and_then_from_the_start(store: MemoryStore) -> None:
    rule = rule_of([{"error": "Broken"}, {"outcome": "rejected"}, {}])

    decisions = [decided(store, rule) for _ in range(4)]

    assert ["Broken", "", "", "Broken"] == [decision.error for decision in decisions]
    assert ["rejected", "accepted"] == [decision.outcome for decision in decisions[1:3]]


def test_turns_end_when_the_times_are_over(store: MemoryStore) -> None:
    rule = rule_of([{"error": "Broken"}, {"outcome": "rejected"}], times=3)

    decisions = [decided(store, rule) for _ in range(4)]

    assert ["Broken", "", "Broken", ""] == [decision.error for decision in decisions]
    assert decisions[3].is_default


def test_many_threads_get_each_of_the_times_once(store: MemoryStore) -> None:
    rule = rule_of({"outcome": "rejected"}, times=7)

    outcomes = at_once(lambda: decided(store, rule).outcome)

    assert {"rejected": 7, "accepted": 9} == Counter(outcomes)


def test_many_threads_share_the_turns_evenly(store: MemoryStore) -> None:
    rule = rule_of([{"outcome": "rejected"}, {"outcome": "pending"}])

    outcomes = at_once(lambda: [decided(store, rule).outcome for _ in range(20)])

    assert {"rejected": 160, "pending": 160} == Counter(outcome for part in outcomes for outcome in part)


def test_two_rules_count_for_themselves(store: MemoryStore) -> None:
    one = rule_of({"outcome": "rejected"}, times=1)
    other = rule_of({"outcome": "rejected"}, times=1, match={"body.x": None})

    outcomes = [decided(store, one, other).outcome for _ in range(3)]

    assert ["rejected", "rejected", "accepted"] == outcomes


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("lines.0.name", "Socks"),
        ("lines.1.name", None),
        ("lines.-1.name", None),
        ("lines.x", None),
        ("lines.²", None),
        ("lines.0.name.0", None),
        ("total", 0),
        ("total.minor", None),
        ("nothing", None),
        ("nothing.at.all", None),
        ("null", None),
        ("lines", [{"name": "Socks"}]),
    ],
)
def test_a_path_leads_somewhere_or_nowhere(path: str, found: Any) -> None:
    value = {"lines": [{"name": "Socks"}], "total": 0, "null": None}

    assert found == look_into(value, path.split("."))


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists), st.lists(st.text()))
def test_no_path_through_anything_fails(value: Any, path: list[str]) -> None:
    look_into({"body": value}, ["body", *path])
