"""Orders and returns from files, one line per line of an order."""
