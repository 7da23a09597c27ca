"""Klarna's refusals, one module per API, and their shape on the wire."""
