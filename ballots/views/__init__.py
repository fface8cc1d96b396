"""The pages of the booth, the board and the box."""
