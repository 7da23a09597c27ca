"""What NEXT Commerce's operations do to a world."""
