"""where a workshop sends parcels abroad, what that costs by weight, and the address of an order that goes there"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "zones_abroad",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("account_id", KEY, nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("service", sa.String(length=8), nullable=False),
        sa.Column("min_days", KEY, nullable=False),
        sa.Column("max_days", KEY, nullable=False),
        sa.CheckConstraint("service IN ('packet', 'parcel', 'ems')", name=op.f("ck_zones_abroad_service")),
        sa.CheckConstraint("min_days BETWEEN 0 AND 90 AND max_days BETWEEN min_days AND 90", name=op.f("ck_zones_abroad_days")),
        sa.ForeignKeyConstraint(["store_id", "account_id"], ["carrier_accounts.store_id", "carrier_accounts.id"], name=op.f("fk_zones_abroad_store_id_account_id_carrier_accounts"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones_abroad")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_zones_abroad_store_id_id")),
    )
    op.create_table(
        "zone_countries",
        sa.Column("store_id", KEY, nullable=False, autoincrement=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("zone_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["store_id", "zone_id"], ["zones_abroad.store_id", "zones_abroad.id"], name=op.f("fk_zone_countries_store_id_zone_id_zones_abroad"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("store_id", "country", name=op.f("pk_zone_countries")),
    )
    op.create_table(
        "zone_steps",
        sa.Column("store_id", KEY, nullable=False, autoincrement=False),
        sa.Column("zone_id", KEY, nullable=False, autoincrement=False),
        sa.Column("up_to_g", KEY, nullable=False, autoincrement=False),
        sa.Column("price_minor", KEY, nullable=False),
        sa.CheckConstraint("up_to_g BETWEEN 1 AND 30000 AND price_minor > 0", name=op.f("ck_zone_steps_figures")),
        sa.ForeignKeyConstraint(["store_id", "zone_id"], ["zones_abroad.store_id", "zones_abroad.id"], name=op.f("fk_zone_steps_store_id_zone_id_zones_abroad"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("store_id", "zone_id", "up_to_g", name=op.f("pk_zone_steps")),
    )
    op.add_column("stores", sa.Column("sends_to", sa.String(length=400), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("city", sa.String(length=80), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("postcode", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("orders", "postcode")
    op.drop_column("orders", "city")
    op.drop_column("stores", "sends_to")
    op.drop_table("zone_steps")
    op.drop_table("zone_countries")
    op.drop_table("zones_abroad")
