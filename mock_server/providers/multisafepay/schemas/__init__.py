"""What comes in and goes out: marshmallow schemas, lenient about types as MultiSafepay is, and its way of writing."""
