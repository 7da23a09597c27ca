from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.errors import Misused
from mock_server.core.grammar import LOOKS_AT, TESTS, WhenSchema, flat, load_strictly, nearest, rule_faults

from .conftest import CATALOG, CREATE, READ


def rule(then: Any = None, operation: Any = CREATE, match: Any = None, **more: Any) -> dict[str, Any]:
    when = {"operation": operation} | ({} if match is None else {"match": match})
    return {"when": when, "then": {"outcome": "rejected"} if then is None else then, **more}


FINE = [
    rule(),
    rule({"error": "NotFound"}, "shop.*"),
    rule({"error": "NotFound"}, ["shop.*", CREATE]),
    rule({"error": "Broken", "messages": ["Sorry."]}),
    rule({"outcome": "pending", "decide": "accepted", "after": "5m"}),
    rule({"outcome": "pending", "after": "{minutes}m"}),
    rule([{"error": "Broken"}, {"outcome": "accepted"}]),
    rule({"fault": {"delay": "3s", "drop": "answer", "status": 503, "truncate": 0}}),
    rule({}),
    rule(match={"body.a.0.b": 1, "headers.accept": None, "query.page": {"in": [1]}, "path.id": {"present": False}}),
    rule(match={"credential.user": {"equals": "x"}, "purchase.country": {"matches": "DE|AT"}}),
    rule(times=1),
]

# what is wrong, the key that is named, a piece of the text
WRONG = [
    (rule(operation="shop.orders.create_ordr"), "when.operation", f"did you mean '{CREATE}'?"),
    (rule(operation="bank.*"), "when.operation", "'bank.*' is no operation; expected one of: "),
    (rule(operation=5), "when.operation", "expected the name of an operation, a pattern, or a list of those"),
    (rule(operation=[]), "when.operation", "expected the name of an operation, a pattern, or a list of those"),
    (rule(operation=[CREATE, 5]), "when.operation", "expected the name of an operation, a pattern, or a list of those"),
    (rule(operation=[CREATE, "bank.*"]), "when.operation.1", "'bank.*' is no operation; expected one of: "),
    (rule({"outcome": "rejected"}, [CREATE, READ]), "then.outcome", f"'rejected' is no outcome of {READ}; did you"),
    (rule({"outcome": "rejekted"}), "then.outcome", f"'rejekted' is no outcome of {CREATE}; did you mean 'rejected'?"),
    (rule({"outcome": "pending"}, READ), "then.outcome", f"'pending' is no outcome of {READ}; expected one of: acc"),
    (rule({"outcome": True}), "then.outcome", "True is no outcome; expected its name"),
    (rule({"outcome": ["rejected"]}), "then.outcome", "is no outcome; expected its name"),
    (rule({"error": "NotFund"}), "then.error", f"'NotFund' is no error of {CREATE}; did you mean 'NotFound'?"),
    (rule({"error": "Broken"}, READ), "then.error", f"is no error of {READ}"),
    (rule({"error": 500}), "then.error", f"'500' is no error of {CREATE}; expected one of: Broken, NotFound"),
    (rule({"error": ["Broken"]}), "then.error", "is no error"),
    (rule({"error": {"name": "Broken"}}), "then.error", "is no error"),
    (rule({"outcom": "rejected"}), "then.outcom", "did you mean 'outcome'?"),
    (rule({"outcome": "rejected", "after": "5m"}), "then.after", f"'after' is no key for outcome rejected of {CREATE}"),
    (rule({"outcome": "pending", "aftr": "5m"}), "then.aftr", "did you mean 'after'?"),
    (rule({"outcome": "pending", "after": "soon"}), "then.after", "'soon' is no duration; expected a number and ms"),
    (rule({"outcome": "pending", "after": 5}), "then.after", "5 is no duration"),
    (rule([{"outcome": "accepted"}, {"outcome": "rejekted"}]), "then.1.outcome", "did you mean 'rejected'?"),
    (rule([]), "then", "expected a mapping with outcome, error or fault, or a list of those"),
    (rule(["rejected"]), "then", "expected a mapping"),
    (rule("rejected"), "then", "expected a mapping"),
    (rule({"error": "Broken", "messages": "Sorry."}), "then.messages", "expected a list of texts"),
    (rule({"fault": "drop"}), "then.fault", "expected a mapping with delay, drop, status, truncate"),
    (rule({"fault": {"dealy": "3s"}}), "then.fault.dealy", "'dealy' is no fault; did you mean 'delay'?"),
    (rule({"fault": {"delay": "long"}}), "then.fault", "'long' is no duration"),
    (rule({"fault": {"delay": "11m"}}), "then.fault", "delay 11m is above 10m"),
    (rule({"fault": {"drop": "reply"}}), "then.fault", "drop is 'reply'; expected request or answer"),
    (rule(match={"bodi.a": 1}), "when.match.bodi.a", "did you mean 'body'?"),
    (rule(match={"credential.pasword": 1}), "when.match.credential.pasword", "did you mean 'password'?"),
    (rule(match={"headers.User-Agent": 1}), "when.match.headers.User-Agent", "lower case"),
    (rule(match={"body.a": {"machtes": "x"}}), "when.match.body.a.machtes", "did you mean 'matches'?"),
    (rule(match={"body.a": {"matches": "("}}), "when.match.body.a.matches", "no regular expression: missing ), unterm"),
    (rule(match={"body.a": {"matches": 5}}), "when.match.body.a.matches", "no regular expression"),
    (rule(match={"body.a": {"in": "DE"}}), "when.match.body.a.in", "expected a list"),
    (rule(match={"body.a": {"present": "yes"}}), "when.match.body.a.present", "expected true or false"),
    (rule(match={"body.a": {}}), "when.match.body.a", "expected one of equals, matches, in, present"),
    (rule(match={"body.a": {"in": [1], "equals": 1}}), "when.match.body.a", "expected one of equals, matches, in"),
    (rule(match="DE"), "when.match", "Not a valid mapping"),
    (rule(times=0), "times", "Must be greater than or equal to 1"),
    (rule(times="3"), "times", "Not a valid integer"),
    (rule(time=3), "time", "unknown key; did you mean 'times'?"),
    ({"when": {"operation": CREATE}}, "then", "Missing data for required field"),
    ({"then": {"outcome": "rejected"}}, "when", "Missing data for required field"),
    ({"when": {}, "then": {}}, "when.operation", "Missing data for required field"),
    ({"when": {"operation": CREATE, "matches": {}}, "then": {}}, "when.matches", "unknown key; did you mean 'match'?"),
    ("a rule", "rule", "expected an object with when and then"),
    (None, "rule", "expected an object with when and then"),
]


@pytest.mark.parametrize("raw", FINE)
def test_a_rule_that_can_be_followed_has_no_faults(raw: dict[str, Any]) -> None:
    assert [] == rule_faults(raw, CATALOG)


@pytest.mark.parametrize(("raw", "key", "text"), WRONG)
def test_each_mistake_names_its_key_and_what_is_right(raw: Any, key: str, text: str) -> None:
    faults = rule_faults(raw, CATALOG)

    assert [key] == [fault.partition(": ")[0] for fault in faults]
    assert text in faults[0]


def test_a_rule_with_two_mistakes_names_both() -> None:
    faults = rule_faults(rule(times=0, tims=1), CATALOG)

    assert ["times", "tims"] == sorted(fault.partition(": ")[0] for fault in faults)


@pytest.mark.parametrize("junk", [5, [], [[]], "", 1.5, {"when": 1, "then": 2}, {"when": [], "then": [{}]}, {}])
def test_junk_is_refused_not_fallen_over(junk: Any) -> None:
    assert [] != rule_faults(junk, CATALOG)


def test_everything_a_test_may_look_at_is_explained() -> None:
    assert {"body", "headers", "query", "path", "credential", "purchase"} == set(LOOKS_AT)
    assert {"equals", "matches", "in", "present"} == set(TESTS)


def test_the_nearest_word_is_suggested() -> None:
    assert "did you mean 'delay'?" == nearest("dely", ["delay", "drop"])


def test_without_a_near_word_all_are_listed() -> None:
    assert "expected one of: delay, drop" == nearest("xyz", ["drop", "delay"])


def test_a_control_body_is_loaded() -> None:
    assert {"operation": CREATE, "match": {}} == load_strictly(WhenSchema(), {"operation": CREATE})


def test_an_unknown_key_of_a_control_body_is_refused_with_the_nearest() -> None:
    with pytest.raises(Misused) as caught:
        load_strictly(WhenSchema(), {"operation": CREATE, "mach": {}})

    assert ["mach: unknown key; did you mean 'match'?"] == caught.value.messages


def test_nested_messages_are_told_flat_with_their_paths() -> None:
    messages = {"when": {"match": {"a": ["one", "two"]}}, "_schema": ["three"]}

    told = list(flat(messages))

    assert [(("when", "match", "a"), "one"), (("when", "match", "a"), "two"), ((), "three")] == told
