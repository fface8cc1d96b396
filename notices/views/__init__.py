"""The pages of what people are told, and of the words in which."""
