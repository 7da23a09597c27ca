"""A cart that nobody touches for 30 minutes is abandoned, and told of."""

from __future__ import annotations

from tests.klarna import fine
from tests.next_commerce import NextCommerce, cart_of, line_of
from tests.receiver import Receiver


class TestAbandoned:
    def test_after_30_minutes_it_is_and_webhooks_tell(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "cart.abandoned")
        cart = shop.post("/carts/", cart_of())
        path = f"/carts/{cart['id']}/"

        before = shop.advance("29m59s"), shop.get(path)["abandoned"]
        fired = shop.advance("1s")

        assert ([], False) == before
        at = {"at": "2026-11-20T17:30:00.000Z", "what": "next_commerce.cart.abandoned", "cart": str(cart["id"])}
        assert at == fired[0]
        (request,) = receiver.requests
        assert ["cart", "cart.abandoned", {**cart, "abandoned": True}] == [
            request.json[name] for name in ("object", "event_type", "data")
        ]
        assert {**cart, "abandoned": True} == shop.get(path)

    def test_the_webhook_has_the_names_of_the_documents(self, shop: NextCommerce, receiver: Receiver) -> None:
        shop.listen(receiver.url(), "cart.abandoned")
        shop.post("/carts/", cart_of(vouchers=["HALF"]))

        shop.advance("30m")

        data = receiver.requests[0].json["data"]
        assert {
            "abandoned", "attribution", "checkout_url", "created_at", "currency", "id", "lines", "metadata",
            "report_values", "status", "total_cost", "total_discount", "total_excl_tax", "total_incl_tax", "user",
            "voucher_discounts",
        } == set(data)  # fmt: skip
        assert {
            "currency", "id", "interval", "interval_count", "is_upsell", "metadata", "price_excl_tax",
            "price_incl_tax", "product_id", "product_image", "product_title", "product_url", "quantity",
            "report_values", "sku", "total_cost", "total_discount", "unit_cost", "variant_id", "variant_title",
        } == set(data["lines"][0])  # fmt: skip
        line = {"currency", "price_excl_tax", "price_incl_tax", "total_cost", "total_discount", "unit_cost"}
        cart = {"currency", "total_cost", "total_discount", "total_excl_tax", "total_incl_tax"}
        assert [line, cart] == [set(data["lines"][0]["report_values"]), set(data["report_values"])]

    def test_one_that_is_touched_has_30_minutes_more(self, shop: NextCommerce) -> None:
        path = f"/carts/{shop.post('/carts/', cart_of())['id']}/"
        shop.advance("20m")
        fine(shop.send("PUT", path, {"lines": [line_of()]}))

        seen = []
        for pause in ("10m", "19m", "1m"):
            shop.advance(pause)
            seen.append(shop.get(path)["abandoned"])

        assert [False, False, True] == seen

    def test_one_that_is_touched_later_is_no_longer_until_30_minutes_pass_again(
        self, shop: NextCommerce, receiver: Receiver
    ) -> None:
        shop.listen(receiver.url(), "cart.abandoned")
        path = f"/carts/{shop.post('/carts/', cart_of())['id']}/"
        shop.advance("2h")

        touched = fine(shop.send("PUT", path, {"lines": [line_of()]}))
        shop.advance("2h")

        assert [False, True, 2] == [touched["abandoned"], shop.get(path)["abandoned"], len(receiver.requests)]

    def test_one_that_is_deleted_is_not(self, shop: NextCommerce) -> None:
        shop.send("DELETE", f"/carts/{shop.post('/carts/', cart_of())['id']}/")

        assert [] == shop.advance("2h")

    def test_reading_it_does_not_touch_it(self, shop: NextCommerce) -> None:
        path = f"/carts/{shop.post('/carts/', cart_of())['id']}/"
        shop.advance("20m")
        shop.get(path)
        shop.advance("10m")

        assert shop.get(path)["abandoned"]
