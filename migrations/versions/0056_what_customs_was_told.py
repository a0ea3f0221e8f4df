"""what customs was told of a parcel, as it was when its papers were printed or its carrier was asked"""

import sqlalchemy as sa
from alembic import op

from shop.plumbing.db import BigKey

revision = "0056"
down_revision = "0055"
KEY = BigKey


def upgrade() -> None:
    op.create_table(
        "customs_facts",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("shipment_id", KEY, nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "shipment_id"], ["shipments.store_id", "shipments.id"], ondelete="RESTRICT",
            name=op.f("fk_customs_facts_store_id_shipment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customs_facts")),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_customs_facts_shipment_id")),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("customs_facts")
