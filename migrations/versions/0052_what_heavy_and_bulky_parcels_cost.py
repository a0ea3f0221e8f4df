"""what heavy and bulky parcels cost"""

import sqlalchemy as sa
from alembic import op

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
revision = "0052"
down_revision = "0051"

COLUMNS = {
    "carrier_accounts": ("included_g", "per_kg_minor", "cm3_per_kg"),
    "delivery_rates": ("per_kg_minor",),
    "shipments": ("length_mm", "width_mm", "height_mm"),
}
COUNTED = ("billable_g", "over_minor")


def upgrade() -> None:
    for table, names in COLUMNS.items():
        for name in names:
            op.add_column(table, sa.Column(name, WHOLE, nullable=True))
    for name in COUNTED:
        op.add_column("shipments", sa.Column(name, WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    for name in COUNTED:
        op.drop_column("shipments", name)
    for table, names in COLUMNS.items():
        for name in names:
            op.drop_column(table, name)
