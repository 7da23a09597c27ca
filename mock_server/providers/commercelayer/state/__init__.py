"""Commerce Layer's own nouns over ledger records."""
