"""Numbers and amounts in words, as invoices end: in Arabic, French and English. Pure."""

from shop.core.spoken.amounts import amount_in_words, cardinal

__all__ = ["amount_in_words", "cardinal"]
