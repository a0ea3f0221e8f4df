"""Knows people: buyers, artisans, operators. Rooms below know subjects and never who is looking."""
