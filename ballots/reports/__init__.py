"""What a count is told as: pages for everyone, one PDF for the council, files for whoever wants to check."""
