"""What a shopper's browser gets from Klarna's hosts, one module per API."""
