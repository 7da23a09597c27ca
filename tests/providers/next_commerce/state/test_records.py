"""Records of this face in the store."""

from __future__ import annotations

import pytest

from mock_server.core.world import World
from mock_server.providers.next_commerce.errors import NotFound
from mock_server.providers.next_commerce.state import orders, records


def test_what_was_reset_meanwhile_is_not_found_and_not_made_again(world: World) -> None:
    with pytest.raises(NotFound) as refused:
        orders.change(world, "100001", lambda found: found)

    text = "100001 of orders is gone: deleted meanwhile, or the world was reset"
    assert (404, [text]) == (refused.value.status, [fault.text for fault in refused.value.faults])
    assert records.find(world, orders.KIND, "100001") is None
