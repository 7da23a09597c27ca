"""Orders, with what is in them and how it is sent.

Attributes, relationships and what is sortable: schema 7.10.3 of Commerce Layer's API, as its JavaScript SDK 7.12.1
declares it (read 2026-11-21).
"""

from mock_server.providers.commercelayer.resources.rows import Resource

ROWS = (
    Resource(
        "orders",
        """
        rcus text number affiliate_code
        rcu flag autorefresh
        rcus flag place_async
        rs text status payment_status fulfillment_status
        rcus flag guest
        r flag editable
        rcu text customer_email
        r text customer_type
        rcus text language_code
        rs text currency_code
        rs flag tax_included
        rs number tax_rate
        rcu flag freight_taxable payment_method_taxable adjustment_taxable gift_card_taxable
        r flag requires_billing_info
        rs text country_code
        rcu text shipping_country_code_lock
        rcus text coupon_code gift_card_code
        rs money subtotal_amount shipping_amount payment_method_amount discount_amount adjustment_amount
        rs money gift_card_amount total_tax_amount subtotal_tax_amount
        r money shipping_tax_amount payment_method_tax_amount adjustment_tax_amount
        rs money total_amount
        r money total_taxable_amount subtotal_taxable_amount shipping_taxable_amount
        r money payment_method_taxable_amount adjustment_taxable_amount total_amount_with_taxes
        rs money fees_amount duty_amount
        r money place_total_amount
        r integer skus_count line_item_options_count shipments_count tax_calculations_count validations_count
        r integer errors_count
        r object payment_source_details
        r text token
        rcu text cart_url return_url terms_url privacy_url
        r text checkout_url
        rs time placed_at approved_at cancelled_at payment_updated_at fulfillment_updated_at refreshed_at
        rs time archived_at subscription_created_at
        rcus time expires_at
        rcu object expiration_info
        rs text circuit_state
        rs integer circuit_failure_count
        cu text customer_password
        u flag _archive _unarchive _pending _place _cancel _approve _approve_and_capture _authorize
        u integer _authorization_amount_cents
        u flag _capture _refund _fulfill _update_taxes _nullify_payment_source _fix_payment_source
        u text _billing_address_clone_id _shipping_address_clone_id _customer_payment_source_id
        u flag _shipping_address_same_as_billing _billing_address_same_as_shipping _commit_invoice
        u flag _refund_invoice _save_payment_source_to_customer_wallet
        u flag _save_shipping_address_to_customer_address_book _save_billing_address_to_customer_address_book
        u flag _refresh _refresh_prices _validate _create_subscriptions _start_editing _stop_editing
        u flag _reset_circuit
        u text _add_tags _remove_tags
        """,
        """
        market > markets cu
        customer > customers cu
        shipping_address > addresses cu
        billing_address > addresses cu
        store > stores cu
        default_shipping_method > shipping_methods
        default_payment_method > payment_methods
        available_payment_methods * payment_methods
        available_customer_payment_sources * customer_payment_sources
        available_free_skus * skus
        available_free_bundles * bundles
        payment_method > payment_methods cu
        payment_source > $payment_source cu
        discount_engine_item > discount_engine_items
        line_items * line_items
        line_item_options * line_item_options
        stock_reservations * stock_reservations
        stock_line_items * stock_line_items
        stock_transfers * stock_transfers
        shipments * shipments
        payment_options * payment_options
        transactions * authorizations,voids,captures,refunds
        authorizations * authorizations
        captures * captures
        voids * voids
        refunds * refunds
        returns * returns
        order_subscription > order_subscriptions
        order_subscriptions * order_subscriptions
        order_factories * order_factories
        order_copies * order_copies
        recurring_order_copies * recurring_order_copies
        attachments * attachments
        notifications * notifications
        links * links
        resource_errors * resource_errors
        events * events
        tags * tags cu
        event_stores * event_stores
        """,
        sales="CRU",
        is_own=True,
        defaults={
            "autorefresh": True, "place_async": False, "status": "draft", "payment_status": "unpaid",
            "fulfillment_status": "unfulfilled", "guest": True, "language_code": "en", "freight_taxable": False,
            "payment_method_taxable": False, "adjustment_taxable": False, "gift_card_taxable": False,
            "requires_billing_info": False, "skus_count": 0, "line_item_options_count": 0, "shipments_count": 0,
            "tax_calculations_count": 0, "validations_count": 0, "errors_count": 0, "payment_source_details": {},
            "circuit_state": "closed", "circuit_failure_count": 0,
        },  # fmt: skip
    ),
    Resource(
        "line_items",
        """
        rcu text sku_code bundle_code
        rc!u integer quantity
        rcu flag _external_price
        rs text currency_code
        rcus money unit_amount compare_at_amount
        rus money options_amount
        rs money discount total_amount tax_amount
        rcus text name
        rcu text image_url
        r object discount_breakdown
        r number tax_rate
        r object tax_breakdown
        rcs text item_type
        rcu text frequency
        r text coupon_code
        r object rule_outcomes
        rs text circuit_state
        rs integer circuit_failure_count
        c flag _update_quantity
        cu flag _reserve_stock _reset_restocked_quantity
        u flag _reset_circuit
        u text _add_tags _remove_tags
        """,
        """
        order > orders c!
        item > $item c
        sku > skus
        bundle > bundles
        adjustment > adjustments
        gift_card > gift_cards
        shipment > shipments
        payment_method > payment_methods
        line_item_options * line_item_options
        return_line_items * return_line_items
        stock_reservations * stock_reservations
        stock_line_items * stock_line_items
        stock_transfers * stock_transfers
        notifications * notifications
        events * events
        tags * tags cu
        event_stores * event_stores
        """,
        sales="CRUD",
        defaults={
            "_external_price": False, "options_amount_cents": 0, "discount_cents": 0, "tax_amount_cents": 0,
            "tax_rate": 0.0, "item_type": "skus", "discount_breakdown": {}, "tax_breakdown": {}, "rule_outcomes": {},
            "circuit_state": "closed", "circuit_failure_count": 0,
        },  # fmt: skip
    ),
    Resource(
        "shipments",
        """
        rus text number
        rs text status
        r text currency_code
        rs money cost_amount
        r integer skus_count
        ru text selected_rate_id
        r objects rates
        r text purchase_error_code purchase_error_message
        r objects get_rates_errors
        rs time get_rates_started_at get_rates_completed_at purchase_started_at purchase_completed_at
        rs time purchase_failed_at on_hold_at picking_at packing_at ready_to_ship_at shipped_at delivered_at
        u flag _upcoming _cancel _on_hold _picking _packing _ready_to_ship _ship _deliver _reserve_stock
        u flag _release_stock _decrement_stock _get_rates _purchase
        u text _add_tags _remove_tags
        """,
        """
        order > orders c!
        shipping_category > shipping_categories cu
        inventory_stock_location > inventory_stock_locations c!u
        stock_location > stock_locations
        origin_address > addresses
        shipping_address > addresses cu
        shipping_method > shipping_methods cu
        delivery_lead_time > delivery_lead_times
        pickup > pickups
        stock_line_items * stock_line_items
        stock_transfers * stock_transfers
        line_items * line_items
        available_shipping_methods * shipping_methods
        carrier_accounts * carrier_accounts
        parcels * parcels
        attachments * attachments
        events * events
        tags * tags cu
        event_stores * event_stores
        """,
        sales="RU",
        defaults={"rates": [], "get_rates_errors": []},
    ),
    Resource(
        "resource_errors",
        """
        rs text name code
        r text message
        """,
        """
        resource > orders,returns
        event_stores * event_stores
        """,
        verbs="LR",
        sales="R",
    ),
)
