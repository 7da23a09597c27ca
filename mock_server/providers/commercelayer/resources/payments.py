"""How orders are paid: methods, gateways, the Klarna payment, and the transactions that came of it.

Attributes, relationships and what is sortable: schema 7.10.3 of Commerce Layer's API, as its JavaScript SDK 7.12.1
declares it (read 2026-11-21).
"""

from mock_server.providers.commercelayer.resources.rows import Resource

# of every transaction: attributes before and after ``succeeded``, and relationships
_NUMBERED = """
    rs text number
    r text payment_method_type currency_code
    rs money amount
    """
_ANSWERED = """
    r text message error_code error_detail token gateway_transaction_id
    r common common"""
_OF_AN_ORDER = """
    order > orders
    payment_source > $payment_source
    attachments * attachments"""
_AND_OF_ITSELF = """
    events * events
    event_stores * event_stores"""

ROWS = (
    Resource(
        "payment_methods",
        """
        rcus text name
        rc!us text payment_source_type
        rcus text currency_code
        rcu flag moto require_capture auto_place auto_capture
        rc!us money price_amount
        rcu money auto_capture_max_amount
        rs time disabled_at
        cu flag _disable _enable
        """,
        """
        market > markets cu
        payment_gateway > payment_gateways,klarna_gateways c!u
        store > stores cu
        attachments * attachments
        event_stores * event_stores
        """,
        sales="R",
        defaults={"moto": False, "require_capture": True, "auto_place": False, "auto_capture": False},
    ),
    Resource(
        "payment_gateways",
        """
        rs text name
        r flag force_payments
        r object credential_keys
        rs time disabled_at
        """,
        """
        payment_methods * payment_methods
        event_stores * event_stores
        """,
        verbs="LR",
        is_kept=False,
    ),
    Resource(
        "klarna_gateways",
        """
        rc!us text name
        rcu flag force_payments
        r object credential_keys
        rs time disabled_at
        cu flag _disable _enable
        c!u text country_code api_key api_secret
        """,
        """
        payment_methods * payment_methods
        event_stores * event_stores
        klarna_payments * klarna_payments
        """,
        defaults={"force_payments": False, "credential_keys": {}},
    ),
    Resource(
        "klarna_payments",
        """
        r text session_id client_token
        r objects payment_methods
        ru text auth_token
        r flag mismatched_amounts
        r object payment_instrument
        u flag _update
        """,
        """
        order > orders c!u
        payment_gateway > payment_gateways
        event_stores * event_stores
        """,
        sales="CRUD",
        defaults={"payment_methods": []},
    ),
    Resource(
        "transactions",
        f"{_NUMBERED}r flag succeeded{_ANSWERED}",
        f"{_OF_AN_ORDER}{_AND_OF_ITSELF}",
        verbs="LR",
        is_kept=False,
    ),
    Resource(
        "authorizations",
        f"""{_NUMBERED}ru flag succeeded{_ANSWERED}
        r text cvv_code cvv_message avs_code avs_message fraud_review
        r money capture_amount capture_balance void_balance
        u flag _forward _capture
        u integer _capture_amount_cents
        u flag _void _cancel
        """,
        f"""{_OF_AN_ORDER}
        captures * captures
        voids * voids{_AND_OF_ITSELF}
        """,
        verbs="LRU",
    ),
    Resource(
        "captures",
        f"""{_NUMBERED}ru flag succeeded{_ANSWERED}
        r money refund_amount refund_balance
        u flag _forward _refund
        u integer _refund_amount_cents
        u flag _cancel
        """,
        f"""{_OF_AN_ORDER}
        reference_authorization > authorizations
        refunds * refunds
        return > returns{_AND_OF_ITSELF}
        """,
        verbs="LRU",
    ),
    Resource(
        "voids",
        f"""{_NUMBERED}ru flag succeeded{_ANSWERED}
        u flag _forward
        """,
        f"""{_OF_AN_ORDER}
        reference_authorization > authorizations{_AND_OF_ITSELF}
        """,
        verbs="LRU",
    ),
    Resource(
        "refunds",
        f"""{_NUMBERED}ru flag succeeded{_ANSWERED}
        u flag _forward
        """,
        f"""{_OF_AN_ORDER}
        reference_capture > captures
        return > returns{_AND_OF_ITSELF}
        """,
        verbs="LRU",
    ),
    Resource(
        "customer_payment_sources",
        """
        r text name
        rcu text customer_token payment_source_token
        """,
        """
        customer > customers c!u
        payment_method > payment_methods cu
        payment_source > $payment_source cu
        event_stores * event_stores
        """,
        sales="RD",
        is_own=True,
    ),
)
