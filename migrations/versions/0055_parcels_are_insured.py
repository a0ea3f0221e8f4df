"""parcels are insured"""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("carrier_accounts", sa.Column("insured_from_minor", WHOLE, nullable=True))
    op.add_column("delivery_rates", sa.Column("insurance_hundredths", WHOLE, nullable=True))
    op.add_column("shipments", sa.Column("insured", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("shipments", sa.Column("insurance_minor", WHOLE, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("shipments", "insurance_minor")
    op.drop_column("shipments", "insured")
    op.drop_column("delivery_rates", "insurance_hundredths")
    op.drop_column("carrier_accounts", "insured_from_minor")
