"""What a campaign sells after the purchase: charged to the method of the order, without the shopper."""

from __future__ import annotations

import pytest

from mock_server.core.rules import Decision
from mock_server.core.world import World
from mock_server.providers.next_commerce.actions import campaigns, payments
from mock_server.providers.next_commerce.schemas import campaigns as schemas
from mock_server.providers.next_commerce.schemas.fields import load
from mock_server.providers.next_commerce.state.seeds import furnish
from tests.klarna import fine
from tests.next_commerce import STRIPE, NextCommerce
from tests.providers.next_commerce.campaign import BLUE_MUG, TEA_MONTH, TEAPOT, add, asked, paid, read, refused
from tests.threads import at_once


def test_the_new_line_is_an_upsell_and_the_others_keep_their_ids(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce)

    after = add(next_commerce, order["ref_id"], BLUE_MUG)

    earlier = [line["id"] for line in order["lines"]]
    (new,) = [line for line in after["lines"] if line["id"] not in earlier]
    assert (order["lines"], True, "14.99") == (after["lines"][:1], new["is_upsell"], new["price_incl_tax"])
    assert after == read(next_commerce, order["ref_id"])
    assert [False, True] == [line["is_upsell"] for line in next_commerce.read(order["number"])["lines"]]


def test_automatic_offers_do_not_run_but_codes_lower_the_price(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce)
    body = {"lines": [{"package_id": TEAPOT, "quantity": 3}], "vouchers": ["half"], "currency": "USD"}
    shown = fine(next_commerce.campaign("POST", "/carts/calculate/?upsell=true", body))

    after = fine(next_commerce.campaign("POST", f"/orders/{order['ref_id']}/upsells/", body))

    # 29.99 - 14.99 (50%) = 15.00 for each of 3
    assert ("45.00", "45.00", "79.98") == (
        shown["total"], after["lines"][1]["price_incl_tax"], after["total_incl_tax"],
    )  # fmt: skip
    assert ["debit 34.98", "debit 45.00"] == next_commerce.transactions(order["number"])


def test_a_declined_upsell_leaves_the_order_as_it_is(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce)
    next_commerce.add_rule("next_commerce.campaigns.add_upsell", {"outcome": "declined", "code": 2001})

    refusal = refused(
        next_commerce, "POST", f"/orders/{order['ref_id']}/upsells/", {"lines": [{"package_id": BLUE_MUG}]}
    )

    assert (400, "2001") == (refusal[0], refusal[1]["payment_response_code"])
    assert order == read(next_commerce, order["ref_id"])


def test_rules_see_the_order_that_is_added_to(next_commerce: NextCommerce) -> None:
    match = {"purchase.user.email": "jane@shop.test", "purchase.country": "US"}
    next_commerce.add_rule("next_commerce.campaigns.add_upsell", {"outcome": "declined"}, match=match)
    order = paid(next_commerce)

    refusal = refused(
        next_commerce, "POST", f"/orders/{order['ref_id']}/upsells/", {"lines": [{"package_id": BLUE_MUG}]}
    )

    assert (400, "2000") == (refusal[0], refusal[1]["payment_response_code"])


def test_an_upsell_may_recur_and_name_its_gateway(next_commerce: NextCommerce) -> None:
    order = paid(next_commerce, "card_token")

    add(next_commerce, order["ref_id"], TEA_MONTH, payment_detail={"payment_gateway": STRIPE})

    stored = next_commerce.read(order["number"])
    assert (STRIPE, 1) == (
        stored["transactions"][1]["payment_details"]["gateway"]["id"], len(stored["subscriptions"]),
    )  # fmt: skip


def test_upsells_at_once_are_all_charged(world: World, eager_threads: None) -> None:
    furnish(world)
    created = campaigns.create_order(
        world, load(schemas.OrderSchema, asked()), Decision(), base_url="http://127.0.0.1", merchant="key", referer=""
    )
    payment = payments.find(world, created["ref_id"])
    assert payment is not None
    payments.complete(world, payment, Decision())
    wanted = load(schemas.UpsellSchema, {"lines": [{"package_id": BLUE_MUG}]})

    at_once(lambda: campaigns.add_upsell(world, created["ref_id"], wanted, Decision()))

    order = campaigns.order_behind(world, created["ref_id"])
    assert order is not None
    assert (17, 17, 17) == (
        len({line["id"] for line in order["lines"]}), len(order["transactions"]), len([*world.store.all("orders")]),
    )  # fmt: skip
    assert {1499} == {each["amount"] for each in order["transactions"][1:]}


@pytest.mark.parametrize("outcome", ["declined", "cancelled"])
def test_an_order_that_failed_takes_none(next_commerce: NextCommerce, outcome: str) -> None:
    ref_id = fine(next_commerce.campaign("POST", "/orders/", asked()))["ref_id"]
    next_commerce.complete(ref_id, outcome)

    refusal = refused(next_commerce, "POST", f"/orders/{ref_id}/upsells/", {"lines": [{"package_id": BLUE_MUG}]})

    assert (400, {"non_field_errors": ["This order is not paid yet."]}) == refusal
