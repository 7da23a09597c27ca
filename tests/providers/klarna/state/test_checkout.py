from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mock_server.core.world import World
from mock_server.providers.klarna.errors.checkout import NoSuchOrder, OrderExpired, ReadOnlyOrder
from mock_server.providers.klarna.state import checkout
from mock_server.providers.klarna.state.checkout_views import snippet_of, view_of

from ..checkout import keep, order_of, urls_of

ALMOST_48_H = timedelta(hours=48) - timedelta(milliseconds=1)


def test_an_order_is_found_for_48_hours(world: World) -> None:
    order_id = keep(world)["order_id"]

    world.advance(ALMOST_48_H)
    assert order_id == checkout.find(world, order_id)["order_id"]

    world.advance(timedelta(milliseconds=1))
    with pytest.raises(OrderExpired) as caught:
        checkout.find(world, order_id)
    assert "expired at 2026-11-22T12:00:00.000Z, 48 hours after its last change" in str(caught.value.__cause__)


def test_every_change_gives_48_hours_more(world: World) -> None:
    order_id = keep(world)["order_id"]
    world.advance(ALMOST_48_H)
    checkout.change(world, order_id, "update", purchase={"merchant_reference1": "B"})

    world.advance(ALMOST_48_H)

    assert "B" == checkout.find(world, order_id)["purchase"]["merchant_reference1"]


def test_an_unknown_order_is_not_found(world: World) -> None:
    with pytest.raises(NoSuchOrder) as caught:
        checkout.find(world, "nobody")

    assert "no checkout order nobody in world default" == str(caught.value.__cause__)


@pytest.mark.parametrize("status", [checkout.COMPLETE, checkout.ABORTED])
@pytest.mark.parametrize("move", list(checkout.ALLOWED_IN))
def test_an_order_that_is_over_takes_no_move(world: World, status: str, move: str) -> None:
    order = keep(world)
    checkout.change(world, order["order_id"], "complete", status=status)

    with pytest.raises(ReadOnlyOrder) as caught:
        checkout.change(world, order["order_id"], move)

    expected = f"to {move} order {order['order_id']} it must be checkout_incomplete, it is {status}"
    assert expected == str(caught.value.__cause__)


def test_an_aborted_order_is_shown_as_never_completed(world: World) -> None:
    order = checkout.change(world, keep(world)["order_id"], "abort", status=checkout.ABORTED)

    assert "checkout_incomplete" == view_of(order, world.name)["status"]


def test_every_placeholder_is_filled_and_the_url_is_fit_for_a_header(world: World) -> None:
    order = keep(world, merchant_urls=urls_of(push="https://å.test/{checkout.order.id}?a={checkout.order.id}\r\nX: y"))

    url = checkout.url_of(order, "push")

    assert f"https://%C3%A5.test/{order['order_id']}?a={order['order_id']}%0D%0AX:%20y" == url


def test_the_snippet_frames_the_page_of_the_orders_world(world: World) -> None:
    order = keep(world)

    snippet = snippet_of(order, "blue")

    src = f"http://127.0.0.1:8080/eu/kco/v3/orders/{order['order_id']}?world=blue"
    assert snippet.startswith('<div id="klarna-checkout-container"')
    assert "<iframe " in snippet and f' title="Checkout"\n    src="{src}"' in snippet
    assert "<script" not in snippet


def test_the_snippet_is_escaped(world: World) -> None:
    order = keep(world) | {"base_url": 'http://"><script>&'}

    assert 'src="http://&quot;&gt;&lt;script&gt;&amp;/eu/kco' in snippet_of(order, "default")


def test_what_the_shop_left_out_of_lines_and_addresses_is_shown(world: World) -> None:
    lines = order_of()["order_lines"]
    del lines[0]["type"]

    view = view_of(keep(world, order_lines=lines), world.name)

    assert [("physical", 0), ("shipping_fee", 0)] == [
        (line["type"], line["total_discount_amount"]) for line in view["order_lines"]
    ]
    assert ({"country": "se"}, {"country": "se"}, {}) == tuple(
        view[name] for name in ("billing_address", "shipping_address", "customer")
    )


def test_a_billing_address_is_the_shipping_address_too(world: World) -> None:
    view = view_of(keep(world, billing_address={"given_name": "Astrid", "country": "SE"}), world.name)

    assert {"given_name": "Astrid", "country": "se"} == view["shipping_address"]


def test_a_preselected_delivery_is_the_selected_one(world: World) -> None:
    options: list[dict[str, Any]] = [
        {"id": id_, "name": id_, "price": 0, "tax_amount": 0, "tax_rate": 0, "preselected": id_ == "b"} for id_ in "ab"
    ]

    view = view_of(keep(world, shipping_options=options), world.name)

    assert (options, options[1]) == (view["shipping_options"], view["selected_shipping_option"])


def test_the_shops_checkboxes_are_told_once_the_order_is_complete(world: World) -> None:
    box = {"text": "News", "checked": True, "required": False}
    order = keep(world, options={"additional_checkbox": box, "additional_checkboxes": [{"id": "n", **box}]})
    before = view_of(order, world.name)

    done = {"status": checkout.COMPLETE, "completed_at": "2026-11-20T12:00:00.000Z"}
    after = view_of(checkout.change(world, order["order_id"], "complete", **done), world.name)

    assert "merchant_requested" not in before
    expected = {"additional_checkbox": True, "additional_checkboxes": [{"id": "n", "checked": True}]}
    assert expected == after["merchant_requested"]
