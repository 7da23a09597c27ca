"""The verbs, one module per API; they talk to the ledger and know no HTTP."""
