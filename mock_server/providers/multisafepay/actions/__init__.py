"""What can be done with MultiSafepay: orders, the shopper's part in them, money back, and lists."""
