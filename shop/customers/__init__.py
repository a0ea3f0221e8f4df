"""Knows the customers of one workshop: what they ordered, took and refused, what was noted, what they agreed to."""
