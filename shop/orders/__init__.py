"""Knows what was ordered, from whom, by whom, and how the confirmation call went."""
