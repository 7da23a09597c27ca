"""Bodies about fulfillment: numbers of degrees, links that may be empty, times that the clock can reach."""

from __future__ import annotations

from typing import Any

import pytest

from mock_server.providers.next_commerce.errors import InvalidFields
from mock_server.providers.next_commerce.schemas.fields import load
from mock_server.providers.next_commerce.schemas.fulfillment import EventSchema, LocationSchema
from tests.providers.next_commerce.warehouse import WAREHOUSE_ADDRESS


@pytest.mark.parametrize(("told", "read"), [(90, 90.0), ("-12.5", -12.5), (0, 0.0), (None, None)])
def test_degrees_are_read_as_a_number(told: Any, read: float | None) -> None:
    assert read == load(EventSchema, {"status": "delivered", "latitude": told})["latitude"]


@pytest.mark.parametrize("told", [True, [], {}, "", "Infinity", "1e400", -91, "90.0001"])
def test_what_is_no_degree_is_refused(told: Any) -> None:
    with pytest.raises(InvalidFields) as refused:
        load(EventSchema, {"status": "delivered", "latitude": told})

    assert ["latitude"] == list(refused.value.fields)


@pytest.mark.parametrize(("told", "read"), [("", ""), (None, None), ("https://depot.test/x", "https://depot.test/x")])
def test_a_location_may_have_no_callback(told: str | None, read: str | None) -> None:
    assert read == load(LocationSchema, {"address": WAREHOUSE_ADDRESS, "callback_url": told})["callback_url"]


@pytest.mark.parametrize("told", ["1969-12-31T23:59:59Z", "9000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"])
def test_a_time_beyond_the_clock_is_refused(told: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        load(EventSchema, {"status": "delivered", "happened_at": told})

    assert {"happened_at": ["Datetime value out of range."]} == refused.value.fields
