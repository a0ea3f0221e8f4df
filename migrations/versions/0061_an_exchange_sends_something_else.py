"""an exchange sends something else"""

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Until now the pieces that came back were those that went out, line by line.
SAME = """
INSERT INTO exchange_lines (store_id, order_id, line_id, pieces, whole)
SELECT store_id, order_id, line_id, SUM(pieces), CASE WHEN back THEN SUM(pieces) END FROM (
  SELECT e.store_id, e.order_id, l.pieces, e.back_at IS NOT NULL AS back, (
    SELECT MIN(f.id) FROM order_lines f WHERE f.order_id = e.first_id AND f.variant_id = l.variant_id
    AND f.personal = l.personal AND f.pieces >= l.pieces) AS line_id
  FROM exchanges e JOIN order_lines l ON l.order_id = e.order_id) s
WHERE line_id IS NOT NULL GROUP BY store_id, order_id, line_id, back
"""


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("owed_minor", KEY, nullable=False, server_default="0"))
    op.add_column("exchanges", sa.Column("currency", sa.String(3), nullable=False, server_default="DZD"))
    op.create_table(
        "exchange_lines",
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("line_id", KEY, nullable=False),
        sa.Column("pieces", KEY, nullable=False),
        sa.Column("whole", KEY),
        sa.CheckConstraint("pieces BETWEEN 1 AND 999", name=op.f("ck_exchange_lines_pieces")),
        sa.CheckConstraint("whole BETWEEN 0 AND pieces", name=op.f("ck_exchange_lines_whole")),
        sa.ForeignKeyConstraint(
            ["store_id", "order_id"], ["orders.store_id", "orders.id"], ondelete="RESTRICT",
            name=op.f("fk_exchange_lines_store_id_order_id"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_lines.id"], ondelete="RESTRICT", name=op.f("fk_exchange_lines_line_id"),
        ),
        sa.PrimaryKeyConstraint("store_id", "order_id", "line_id", name=op.f("pk_exchange_lines")),
    )
    op.create_index("ix_exchange_lines_line", "exchange_lines", ["line_id"])
    op.execute(SAME)


def downgrade() -> None:
    op.drop_table("exchange_lines")
    op.drop_column("exchanges", "currency")
    op.drop_column("exchanges", "owed_minor")
