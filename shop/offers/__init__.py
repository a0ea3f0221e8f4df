"""Knows what a workshop takes off its prices, for whom, how often, and which order used it."""
