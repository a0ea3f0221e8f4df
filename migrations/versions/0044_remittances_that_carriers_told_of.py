"""the remittances that carriers told of by themselves"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

def upgrade() -> None:
    op.create_table(
        "carrier_statements_seen",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "account_id"], ["carrier_accounts.store_id", "carrier_accounts.id"], ondelete="RESTRICT",
            name=op.f("fk_carrier_statements_seen_store_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_statements_seen")),
        sa.UniqueConstraint("account_id", "reference", name=op.f("uq_carrier_statements_seen_account_id_reference")),
    )  # fmt: skip

def downgrade() -> None:
    op.drop_table("carrier_statements_seen")
