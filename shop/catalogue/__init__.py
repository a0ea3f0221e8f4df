"""Knows what is for sale: products, variants, pictures, stock and how they are found."""
