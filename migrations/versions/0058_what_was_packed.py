"""photos of open parcels, and what they weigh"""

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for column in ("asks_photo", "asks_weight"):
        op.add_column("stores", sa.Column(column, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("shipments", sa.Column("measured_g", KEY, nullable=True))
    op.create_table(
        "packing_photos",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("shipment_id", KEY, nullable=False),
        sa.Column("file", sa.String(24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id", "shipment_id"], ["shipments.store_id", "shipments.id"],
            name=op.f("fk_packing_photos_store_id_shipment_id_shipments"), ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packing_photos")),
        sa.UniqueConstraint("file", name=op.f("uq_packing_photos_file")),
    )
    op.create_index("ix_packing_photos_shipment", "packing_photos", ["store_id", "shipment_id"])


def downgrade() -> None:
    op.drop_table("packing_photos")
    op.drop_column("shipments", "measured_g")
    for column in ("asks_weight", "asks_photo"):
        op.drop_column("stores", column)
