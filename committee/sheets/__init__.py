"""A member's cards as a spreadsheet: written, read again, looked at, taken over as drafts, and undone."""
