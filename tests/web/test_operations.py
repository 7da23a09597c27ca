from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.errors import ApiError, Misused
from mock_server.core.rules import Decision
from mock_server.web.operations import Call, Credential, Operation, Reply, chosen, operation


class Refused(ApiError):
    """No."""

    code = "NO"


class RefusedToo(ApiError):
    """No, for another reason."""

    code = "NO"


def nothing(_: Call) -> Reply:
    return Reply()


def made(**declared: Any) -> Operation:
    return Operation("shop.cart.add_item", "POST", "/cart", nothing, "https://docs.test", **declared)


def test_a_declared_view_becomes_an_operation_of_its_own_name() -> None:
    @operation("shop.cart", "POST", "/cart", docs="https://docs.test", errors=(Refused,))
    def add_item(_: Call) -> Reply:
        return Reply({"added": True}, 201)

    assert ("shop.cart.add_item", "POST", "/cart", "https://docs.test", (Refused,)) == (
        add_item.name, add_item.method, add_item.path, add_item.docs, add_item.errors,
    )  # fmt: skip


def test_rules_may_choose_errors_by_class_and_by_code() -> None:
    choices = made(errors=(Refused, RefusedToo)).choices

    assert {"Refused", "RefusedToo", "NO"} == choices.errors


def test_of_several_errors_with_one_code_the_first_declared_is_meant() -> None:
    declared = made(errors=(Refused, RefusedToo))

    assert (Refused, Refused, RefusedToo) == tuple(map(declared.canned, ("NO", "Refused", "RefusedToo")))


def test_an_operation_is_accepted_unless_it_says_more() -> None:
    assert {"accepted"} == set(made().choices.outcomes)


@pytest.mark.parametrize(("name", "expected"), [("control.api.reset", True), ("shop.cart.add_item", False)])
def test_the_control_api_is_told_by_its_name(name: str, expected: bool) -> None:
    assert expected == Operation(name, "POST", "/", nothing, "").is_control


class TestChosen:
    OUTCOMES: dict[str, dict[str, Any]] = {"accepted": {}, "rejected": {}}
    DECISION = Decision("rejected", decided_by="rule 1")

    def test_without_an_outcome_in_the_body_the_decision_stands(self) -> None:
        assert self.DECISION == chosen(self.DECISION, {"data": {}}, self.OUTCOMES)

    def test_an_outcome_in_the_body_wins(self) -> None:
        decided = chosen(self.DECISION, {"outcome": "accepted"}, self.OUTCOMES)

        assert ("accepted", "this call") == (decided.outcome, decided.decided_by)

    def test_an_unknown_outcome_is_refused_with_those_there_are(self) -> None:
        with pytest.raises(Misused) as refused:
            chosen(self.DECISION, {"outcome": "denied"}, self.OUTCOMES)

        assert "outcome: 'denied' is none of accepted, rejected" == str(refused.value)


def test_a_password_is_not_shown() -> None:
    assert "secret" not in repr(Credential("PK1", "secret"))
