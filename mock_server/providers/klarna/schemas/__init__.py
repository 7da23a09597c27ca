"""What comes in and goes out: marshmallow schemas per API, and Klarna's way of writing JSON."""
