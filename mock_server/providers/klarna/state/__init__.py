"""Klarna's own nouns over the ledger's records, one module per API."""
