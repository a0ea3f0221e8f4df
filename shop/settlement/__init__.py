"""Follows the cash from the courier to the artisan's hand."""
