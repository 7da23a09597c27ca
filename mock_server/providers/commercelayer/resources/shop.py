"""The shop itself: who sells where, what, at which price, to whom.

Attributes, relationships and what is sortable: schema 7.10.3 of Commerce Layer's API, as its JavaScript SDK 7.12.1
declares it (read 2026-11-21).
"""

from mock_server.providers.commercelayer.resources.rows import Resource

ROWS = (
    Resource(
        "organization",
        """
        r text name slug domain support_phone support_email logo_url favicon_url primary_color gtm_id
        r text gtm_id_test
        r object config
        r flag api_auth_redirect api_fragment_caching_enabled api_rules_engine
        r integer api_rules_engine_max_conditions_size api_rules_engine_max_rules_size
        r flag api_new_auth api_purge_single_resource
        r integer api_max_regex_length
        r flag addresses_avs_check addresses_phone_required orders_sales_channel_guest_only
        r integer orders_min_rebuild_shipments_lapse orders_min_refresh_lapse orders_autorefresh_cutoff_test
        r integer orders_autorefresh_cutoff_live
        r flag orders_number_editable_test orders_number_editable_live orders_number_as_reference
        r flag orders_invalid_coupon_errors orders_invalid_gift_card_errors orders_validate_shipping_stock
        r integer bundles_max_items_count coupons_min_code_length coupons_max_code_length
        r flag gift_cards_exact_code_matching
        r integer gift_cards_min_code_length gift_cards_max_code_length cleanups_max_concurrent_count
        r integer exports_max_concurrent_count imports_max_concurrent_count
        r flag imports_purge_cache imports_skip_errors
        r integer inventory_models_max_stock_locations_cutoff promotions_max_concurrent_count
        r integer promotions_max_conditions_size promotions_max_rules_size price_lists_max_conditions_size
        r integer price_lists_max_rules_size imports_trigger_webhooks
        r flag discount_engines_enabled discount_engines_errors
        r integer tags_max_name_length tags_max_allowed_number
        r flag tax_calculators_errors external_promotions_errors external_prices_errors skus_discovery
        r flag payment_gateways_transaction_on_event
        """,
        """
        event_stores * event_stores
        """,
        verbs="R",
        sales="R",
        is_single=True,
        is_kept=False,
    ),
    Resource(
        "application",
        """
        r text name kind
        r flag public_access
        r text redirect_uri scopes
        """,
        verbs="R",
        sales="R",
        is_single=True,
        is_kept=False,
    ),
    Resource(
        "markets",
        """
        r integer number
        rc!us text name
        rcus text code
        rcu text facebook_pixel_id checkout_url external_prices_url external_order_validation_url
        r flag private
        rcu integer shipping_cost_cutoff
        rs time disabled_at
        r text shared_secret
        rcu texts external_includes
        cu flag _disable _enable
        """,
        """
        merchant > merchants c!u
        price_list > price_lists c!u
        base_price_list > price_lists
        inventory_model > inventory_models c!u
        subscription_model > subscription_models cu
        discount_engine > discount_engines cu
        tax_calculator > $tax_calculator cu
        customer_group > customer_groups cu
        geocoder > geocoders cu
        default_shipping_method > shipping_methods cu
        default_payment_method > payment_methods cu
        stores * stores
        price_list_schedulers * price_list_schedulers
        attachments * attachments
        event_stores * event_stores
        """,
        sales="R",
        hidden=("shared_secret",),
        is_cacheable=True,
        defaults={"private": False},
    ),
    Resource(
        "customers",
        """
        rc!us text email
        rs text status
        r flag has_password
        rs integer total_orders_count
        rcu text shopper_reference profile_id tax_exemption_code
        r object jwt_custom_claim anonymization_info
        rs text anonymization_status
        cu text password
        u text _add_tags _remove_tags
        u flag _request_anonymization _cancel_anonymization
        """,
        """
        customer_group > customer_groups cu
        customer_addresses * customer_addresses
        customer_payment_sources * customer_payment_sources
        customer_subscriptions * customer_subscriptions
        orders * orders
        order_subscriptions * order_subscriptions
        returns * returns
        sku_lists * sku_lists
        attachments * attachments
        events * events
        tags * tags cu
        jwt_customer > customers
        jwt_markets * markets
        jwt_stock_locations * stock_locations
        event_stores * event_stores
        """,
        sales="CRU",
        defaults={"status": "prospect", "has_password": False, "total_orders_count": 0},
    ),
    Resource(
        "addresses",
        """
        rcu flag business
        rcu text first_name last_name company
        r text full_name
        rc!u text line_1
        rcu text line_2
        rc!us text city
        rcu text zip_code
        rcus text state_code
        rc!us text country_code
        rc!u text phone
        r text full_address name
        rcu text email notes
        rcu number lat lng
        r flag is_localized is_geocoded
        r text provider_name map_url static_map_url
        rcu text billing_info
        u text _add_tags _remove_tags
        """,
        """
        geocoder > geocoders cu
        events * events
        tags * tags cu
        event_stores * event_stores
        """,
        sales="CRUD",
        defaults={"business": False, "is_localized": False, "is_geocoded": False},
    ),
)
