"""forms act once: the keys that phones give to what they could not send at once"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "once_keys",
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("location", sa.String(length=500), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_once_keys_account_id")),
        sa.PrimaryKeyConstraint("account_id", "key_hash", name=op.f("pk_once_keys")),
    )
    with op.batch_alter_table("once_keys", schema=None) as batch_op:
        batch_op.create_index("ix_once_keys_at", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("once_keys")
