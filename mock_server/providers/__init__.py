"""The faces of the ledger: one folder per provider, all with the same file names."""
