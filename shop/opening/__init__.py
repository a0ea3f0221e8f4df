"""Knows what a shop needs before buyers come in, and what was typed while it was made ready."""
