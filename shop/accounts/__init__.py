"""Knows who people are and which of their devices are signed in. Knows nothing of shops."""
