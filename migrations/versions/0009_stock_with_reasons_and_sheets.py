"""stock: why and by whom, few pieces left; products have references; products come from sheets"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("products", sa.Column("reference", sa.String(40), nullable=True))
    op.create_index("ix_products_reference", "products", ["store_id", "reference"], unique=True)
    op.add_column("variants", sa.Column("low_stock", KEY, nullable=False, server_default="2"))
    op.add_column("variants", sa.Column("low_since", MOMENT, nullable=True))
    op.add_column("stock_movements", sa.Column("note", sa.String(200), nullable=False, server_default=""))
    op.add_column("stock_movements", sa.Column("account_id", KEY, nullable=True))
    op.add_column("stock_movements", sa.Column("by_name", sa.String(120), nullable=False, server_default=""))
    _make_sheets()


def downgrade() -> None:
    op.drop_table("sheet_items")
    op.drop_table("sheets")
    for column in ("by_name", "account_id", "note"):
        op.drop_column("stock_movements", column)
    op.drop_column("variants", "low_since")
    op.drop_column("variants", "low_stock")
    op.drop_index("ix_products_reference", "products")
    op.drop_column("products", "reference")


def _make_sheets() -> None:
    op.create_table(
        "sheets",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id"), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        *(sa.Column(name, KEY, nullable=False) for name in ("lines", "products", "applied")),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'looked', 'confirmed', 'done', 'dropped')", name=op.f("ck_sheets_state")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_sheets_store_id_id")),
    )
    op.create_index("ix_sheets_store", "sheets", ["store_id", "id"])
    op.create_table(
        "sheet_items",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("sheet_id", KEY, nullable=False),
        sa.Column("position", KEY, nullable=False),
        sa.Column("reference", sa.String(40), nullable=False),
        sa.Column("name", sa.String(160), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("verdict", sa.String(8), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=True),
        sa.CheckConstraint("verdict IN ('new', 'changed', 'same', 'wrong')", name=op.f("ck_sheet_items_verdict")),
        sa.UniqueConstraint("sheet_id", "position", name=op.f("uq_sheet_items_sheet_id_position")),
        sa.ForeignKeyConstraint(
            ["store_id", "sheet_id"], ["sheets.store_id", "sheets.id"], name=op.f("fk_sheet_items_store_id_sheet_id"), ondelete="RESTRICT"
        ),
    )
    op.create_index("ix_sheet_items_verdict", "sheet_items", ["sheet_id", "verdict", "position"])
