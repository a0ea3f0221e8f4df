"""of the refunds of a payment, one is outside at a time"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("payments", sa.Column("refund_out", KEY, nullable=True))
    op.add_column("payments", sa.Column("refund_out_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_column("refund_out_at")
        batch_op.drop_column("refund_out")
