"""Knows what is owed for each order and by which method it comes. Methods speak its contract."""
