"""places as partners spell them, and prices as they tell them"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("carrier_accounts", sa.Column("learned", KEY))
    op.create_table(
        "commune_rates",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("commune_code", sa.String(4), nullable=False),
        sa.Column("home_minor", KEY),
        sa.CheckConstraint("home_minor >= 0", name=op.f("ck_commune_rates_home")),
        sa.ForeignKeyConstraint(
            ["store_id", "account_id"], ["carrier_accounts.store_id", "carrier_accounts.id"], ondelete="CASCADE",
            name=op.f("fk_commune_rates_store_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commune_rates")),
        sa.UniqueConstraint("account_id", "commune_code", name=op.f("uq_commune_rates_account_id_commune_code")),
    )
    op.create_table(
        "carrier_places",
        sa.Column("id", KEY, nullable=False),
        sa.Column("carrier", sa.String(32), nullable=False),
        sa.Column("wilaya_code_58", sa.String(2), nullable=False),
        sa.Column("wilaya", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("commune_code", sa.String(4), nullable=False),
        sa.Column("served", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_places")),
        sa.UniqueConstraint(
            "carrier", "wilaya_code_58", "name", name=op.f("uq_carrier_places_carrier_wilaya_code_58_name")
        ),
    )


def downgrade() -> None:
    op.drop_table("carrier_places")
    op.drop_table("commune_rates")
    op.drop_column("carrier_accounts", "learned")
