"""Knows who people are, what proves it (password, phone, second step) and which of their devices are signed in."""
