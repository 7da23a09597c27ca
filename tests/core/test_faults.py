from __future__ import annotations

from typing import Any

import pytest

from mock_server.core.faults import EFFECTS, Hurt, check_fault, hurt


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept, in seconds; nobody really sleeps."""
    slept: list[float] = []
    monkeypatch.setattr("mock_server.core.faults.time.sleep", slept.append)
    return slept


@pytest.mark.parametrize(
    "fault",
    [
        {},
        {"delay": "10m"},
        {"delay": "0s"},
        {"drop": "request"},
        {"drop": "answer"},
        {"status": 200},
        {"status": 599},
        {"truncate": 0},
        {"delay": "1ms", "truncate": 5},
    ],
)
def test_a_fault_that_can_be_done_is_let_through(fault: dict[str, Any]) -> None:
    check_fault(fault)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"delay": "601s"}, "delay 601s is above 10m"),
        ({"delay": 3}, "'3' is no duration"),
        ({"delay": None}, "'None' is no duration"),
        ({"drop": "both"}, "drop is 'both'; expected request or answer"),
        ({"drop": True}, "drop is True; expected"),
        ({"drop": ["answer"]}, "expected request or answer"),
        ({"status": 199}, "status is 199; expected a number from 200 to 599"),
        ({"status": 600}, "status is 600"),
        ({"status": "500"}, "status is '500'"),
        ({"truncate": -1}, "truncate is -1; expected a number of bytes, 0 or more"),
        ({"truncate": "1"}, "truncate is '1'"),
        ({"truncate": 1.5}, "truncate is 1.5"),
        ({"truncate": True}, "truncate is True"),
        ({"drop": "answer", "status": 1}, "status is 1"),
    ],
)
def test_a_fault_that_cannot_be_done_is_told_with_what_was_expected(fault: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError) as caught:
        check_fault(fault)

    assert told in str(caught.value)


def test_a_delay_is_slept_in_seconds(slept: list[float]) -> None:
    left = hurt({"delay": "1m500ms"})

    assert ([60.5], Hurt()) == (slept, left)


@pytest.mark.parametrize("fault", [{}, {"drop": "answer"}, {"truncate": 1}, {"status": 500}])
def test_nobody_sleeps_without_a_delay(slept: list[float], fault: dict[str, Any]) -> None:
    hurt(fault)

    assert [] == slept


@pytest.mark.parametrize(
    ("fault", "left"),
    [
        ({}, Hurt(False, None)),
        ({"drop": "answer"}, Hurt(True, None)),
        ({"drop": "request"}, Hurt(True, None)),
        ({"truncate": 0}, Hurt(False, 0)),
        ({"truncate": 7}, Hurt(False, 7)),
        ({"status": 500}, Hurt(False, None)),
    ],
)
def test_what_is_left_to_do_to_the_reply_is_told(fault: dict[str, Any], left: Hurt) -> None:
    assert left == hurt(fault)


def test_every_effect_is_explained() -> None:
    assert {"delay", "drop", "status", "truncate", "hold"} == {name for name, about in EFFECTS.items() if about}
