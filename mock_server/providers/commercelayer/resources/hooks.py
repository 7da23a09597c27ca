"""What is told and kept of what happens: webhooks, events, their deliveries, the log of changes.

Attributes, relationships and what is sortable: schema 7.10.3 of Commerce Layer's API, as its JavaScript SDK 7.12.1
declares it (read 2026-11-21).
"""

from mock_server.providers.commercelayer.resources.rows import Resource

ROWS = (
    Resource(
        "webhooks",
        """
        rcu text name
        rc!u text topic callback_url
        rcu texts include_resources
        rs time disabled_at
        rs text circuit_state
        rs integer circuit_failure_count
        r text shared_secret
        cu flag _disable _enable
        u flag _reset_circuit
        """,
        """
        last_event_callbacks * event_callbacks
        event_stores * event_stores
        """,
        defaults={"circuit_state": "closed", "circuit_failure_count": 0},
    ),
    Resource(
        "events",
        """
        rs text name
        u flag _trigger
        """,
        """
        webhooks * webhooks
        last_event_callbacks * event_callbacks
        event_stores * event_stores
        """,
        verbs="LRU",
    ),
    Resource(
        "event_callbacks",
        """
        r text callback_url
        r object payload
        rs text response_code response_message
        """,
        """
        webhook > webhooks
        event_stores * event_stores
        """,
        verbs="LR",
    ),
    Resource(
        "event_stores",
        """
        r text resource_type resource_id event
        r object payload who
        """,
        verbs="LR",
    ),
)
