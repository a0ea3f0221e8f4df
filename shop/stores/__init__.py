"""Knows the workshops: their identity, their members, their terms, and whether they are open."""
