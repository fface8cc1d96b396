"""What was said, and what follows from it."""
