"""Knows what the artisan earned: what came in, less what it cost, as far as that is known."""
