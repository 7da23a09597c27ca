"""What comes in and goes out of Commerce Layer."""
