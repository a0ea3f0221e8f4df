"""labels that partners make: chosen for an account, kept with the parcel, named by a print"""

import sqlalchemy as sa
from alembic import op

from shop.plumbing.db import BigKey

revision = "0053"
down_revision = "0052"

KEY = BigKey


def upgrade() -> None:
    op.create_table(
        "partner_labels",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("shipment_id", KEY, nullable=False),
        sa.Column("tracking", sa.String(40), nullable=False),
        sa.Column("collect_minor", KEY, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pages", KEY, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("problem", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id", "shipment_id"], ["shipments.store_id", "shipments.id"],
            ondelete="RESTRICT", name=op.f("fk_partner_labels_store_id_shipment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_labels")),
        sa.UniqueConstraint("shipment_id", name=op.f("uq_partner_labels_shipment_id")),
    )  # fmt: skip
    op.add_column("carrier_accounts", sa.Column("their_label", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("label_prints", sa.Column("their_mark", sa.String(64), nullable=False, server_default=""))
    op.add_column("label_prints", sa.Column("cells", KEY, nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("label_prints", "cells")
    op.drop_column("label_prints", "their_mark")
    op.drop_column("carrier_accounts", "their_label")
    op.drop_table("partner_labels")
