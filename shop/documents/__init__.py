"""Draws what is printed: labels, packing slips, hand-over sheets."""
