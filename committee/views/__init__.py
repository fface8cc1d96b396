"""The pages of a committee."""
