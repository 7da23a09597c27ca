"""What is sold and how it gets there, lightly: enough to fill an order.

Attributes and relationships: Commerce Layer's API reference (read 2026-11-21).
"""

from mock_server.providers.commercelayer.resources.rows import Resource

ROWS = (
    Resource(
        "merchants",
        "rc!us text name",
        """
        address > addresses c!u
        attachments * attachments
        event_stores * event_stores
        """,
    ),
    Resource(
        "price_lists",
        """
        rc!us text name
        rcus text code
        rc!us text currency_code
        rcu flag tax_included
        """,
        """
        prices * prices
        attachments * attachments
        event_stores * event_stores
        """,
        is_cacheable=True,
        defaults={"tax_included": True},
    ),
    Resource(
        "inventory_models",
        """
        rc!us text name
        rcus text strategy
        rcu integer stock_locations_cutoff
        """,
        """
        attachments * attachments
        event_stores * event_stores
        """,
        is_cacheable=True,
        defaults={"strategy": "no_split", "stock_locations_cutoff": 2},
    ),
    Resource(
        "shipping_categories",
        """
        rc!us text name
        rcus text code
        """,
        """
        skus * skus
        attachments * attachments
        event_stores * event_stores
        """,
        sales="R",
    ),
    Resource(
        "shipping_methods",
        """
        rc!us text name
        rcus text scheme currency_code
        rs time disabled_at
        rc!us money price_amount
        rcus money free_over_amount
        r money price_amount_for_shipment
        cu flag _disable _enable
        """,
        """
        market > markets cu
        shipping_category > shipping_categories cu
        attachments * attachments
        event_stores * event_stores
        """,
        sales="R",
        defaults={"scheme": "flat"},
    ),
    Resource(
        "skus",
        """
        rc!us text code name
        rcu text description image_url
        rcus integer pieces_per_pack
        rcus number weight
        rcus text unit_of_weight hs_tariff_number
        rcus flag do_not_ship do_not_track
        """,
        """
        shipping_category > shipping_categories c!u
        prices * prices
        attachments * attachments
        event_stores * event_stores
        """,
        sales="LR",
        is_cacheable=True,
        defaults={"do_not_ship": False, "do_not_track": False},
    ),
    Resource(
        "prices",
        """
        rs text currency_code
        rcus text sku_code
        rc!us money amount
        rcus money compare_at_amount
        """,
        """
        price_list > price_lists c!u
        sku > skus cu
        event_stores * event_stores
        """,
        sales="LR",
        is_cacheable=True,
    ),
    Resource(
        "customer_addresses",
        "r text name",
        """
        customer > customers c!
        address > addresses c!
        event_stores * event_stores
        """,
        verbs="LRCD",
        sales="RCD",
        is_own=True,
    ),
)
