"""Prices in other currencies: what a workshop asks of buyers who pay from abroad."""
