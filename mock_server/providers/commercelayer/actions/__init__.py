"""What Commerce Layer does: one module per kind of act."""
