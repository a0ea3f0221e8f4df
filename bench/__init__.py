"""Ratios measured in one run: what each page costs beside a bare Flask route, and how it grows."""
