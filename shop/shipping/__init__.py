"""Knows parcels: what delivery costs, who carries, where each one is. Carriers speak its contract."""
