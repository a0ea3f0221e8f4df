"""Knows what became of parcels that were to be paid on delivery, by phone and for the whole deployment.

A store reads of others only two figures: how many were taken and how many came back. docs/cash-on-delivery.md says
what a curious reader can learn from them, and what not.
"""
