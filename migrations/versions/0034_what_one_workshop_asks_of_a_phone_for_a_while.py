"""what one workshop asks of a phone for a while, by a mark of it"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
TABLE = "phone_holds"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("phone_mark", sa.String(64), nullable=False),
        sa.Column("asks", sa.String(8), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("lifted_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("asks IN ('deposit', 'before')", name=op.f("ck_phone_holds_asks")),
        sa.ForeignKeyConstraint(
            ["store_id", "order_id"], ["orders.store_id", "orders.id"], ondelete="RESTRICT",
            name=op.f("fk_phone_holds_store_id_order_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_holds")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_phone_holds_store_id_id")),
    )
    op.create_index("ix_phone_holds_phone", TABLE, ["store_id", "phone_mark", "until"])


def downgrade() -> None:
    op.drop_table(TABLE)
