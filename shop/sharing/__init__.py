"""Sharing: short links that say where a buyer came from, and which of them sold."""
