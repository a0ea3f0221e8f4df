"""carriers' lists: as they came, what their columns mean, and the lines that settle no payment"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("remittances") as batch:
        batch.add_column(sa.Column("lines_hash", sa.String(64), nullable=True))
        batch.create_unique_constraint(op.f("uq_remittances_store_id_lines_hash"), ["store_id", "lines_hash"])
    op.create_table(
        "remittance_others",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("remittance_id", KEY, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("tracking", sa.String(40), nullable=False),
        sa.Column("order_id", KEY, nullable=True),
        sa.Column("collected_minor", KEY, nullable=False),
        sa.Column("fee_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        _of_store("remittance_others", "remittance_id", "remittances"),
        _of_store("remittance_others", "order_id", "orders"),
        sa.CheckConstraint("kind IN ('returned', 'early', 'unknown', 'again', 'unexpected')", name=op.f("ck_remittance_others_kind")),
    )
    op.create_index("ix_remittance_others_remittance", "remittance_others", ["store_id", "remittance_id", "id"])
    op.create_index("ix_remittance_others_order", "remittance_others", ["store_id", "order_id"])
    op.create_table(
        "statements",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name=op.f("fk_statements_store_id")), nullable=False),
        sa.Column("carrier_title", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("headers", sa.JSON, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("lines", KEY, nullable=False),
        sa.Column("remittance_id", KEY, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(120), nullable=False),
        _of_store("statements", "remittance_id", "remittances"),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_statements_store_id_id")),
    )
    op.create_index("ix_statements_store", "statements", ["store_id", "id"])
    op.create_table(
        "statement_columns",
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name=op.f("fk_statement_columns_store_id")), nullable=False, autoincrement=False),
        sa.Column("carrier_title", sa.String(80), nullable=False),
        sa.Column("keys", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "carrier_title", name=op.f("pk_statement_columns")),
    )


def _of_store(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_store_id_{column}")
    return sa.ForeignKeyConstraint(["store_id", column], [f"{parent}.store_id", f"{parent}.id"], name=name, ondelete="RESTRICT")


def downgrade() -> None:
    for table in ("statement_columns", "statements", "remittance_others"):
        op.drop_table(table)
    with op.batch_alter_table("remittances") as batch:
        batch.drop_constraint(op.f("uq_remittances_store_id_lines_hash"), type_="unique")
        batch.drop_column("lines_hash")
