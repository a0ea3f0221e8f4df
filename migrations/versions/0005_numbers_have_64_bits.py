"""numbers have 64 bits: an order may cost more than 21 474 836,47 DA; on SQLite they always had"""

from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = {
    "calls": ("store_id", "number", "account_id"),
    "carrier_accounts": ("position",),
    "cart_lines": ("pieces", "seen_minor"),
    "delivery_rates": ("store_id", "home_minor", "desk_minor", "min_days", "max_days"),
    "desks": ("store_id",),
    "handovers": ("number", "parcels", "collect_minor", "account_id"),
    "jobs": ("every_s", "tries"),
    "journal": ("scope", "number", "account_id", "subject_id"),
    "journal_heads": ("scope", "last"),
    "label_prints": ("store_id", "number", "place", "start", "account_id"),
    "order_lines": ("store_id", "unit_minor", "pieces", "weight_g"),
    "orders": ("goods_minor", "delivery_minor", "discount_minor", "total_minor", "tries"),
    "payments": ("store_id", "amount_minor"),
    "pictures": ("store_id", "position", "width", "height"),
    "products": ("weight_g", "made_to_order_days", "price_minor", "version"),
    "remittance_lines": ("store_id", "expected_minor", "received_minor", "fee_minor"),
    "remittances": ("expected_minor", "received_minor", "account_id"),
    "scans": ("store_id",),
    "search_postings": ("weight",),
    "shipments": ("store_id", "fee_minor", "collect_minor", "weight_g"),
    "stock_movements": ("store_id", "delta"),
    "stores": ("preparation_days", "label_start", "nudge_x", "nudge_y", "version"),
    "tallies": ("tries",),
    "variants": ("store_id", "position", "price_minor", "on_hand"),
    "wishes": ("store_id",),
}


def upgrade() -> None:
    _widen_or_narrow("BIGINT")


def downgrade() -> None:
    _widen_or_narrow("INTEGER")


def _widen_or_narrow(kind: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        return
    for table, columns in COLUMNS.items():
        op.execute(f"ALTER TABLE {table} " + ", ".join(f"ALTER COLUMN {column} TYPE {kind}" for column in columns))
