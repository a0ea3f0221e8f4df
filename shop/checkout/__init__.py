"""Turns a cart into orders, one per workshop, all or nothing."""
