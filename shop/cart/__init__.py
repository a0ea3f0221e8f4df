"""Knows what a visitor has put aside, and what it looked like then."""
