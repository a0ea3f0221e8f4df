"""Carries an order through its day: call, confirm, label, hand over, delivered or returned."""
