"""what a parcel that comes back costs: by carrier, and as it was when the parcel was made"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("carrier_accounts", sa.Column("return_minor", NUMBER, nullable=True))
    op.add_column("shipments", sa.Column("return_minor", NUMBER, nullable=True))


def downgrade() -> None:
    op.drop_column("shipments", "return_minor")
    op.drop_column("carrier_accounts", "return_minor")
