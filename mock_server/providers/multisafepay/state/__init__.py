"""MultiSafepay's own nouns: gateways, statuses, carts and orders over the ledger's records."""
