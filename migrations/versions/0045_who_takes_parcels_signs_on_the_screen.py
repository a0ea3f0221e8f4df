"""who took the parcels of a sheet, and when and how it was signed"""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    op.add_column("handovers", sa.Column("signed_at", sa.DateTime(timezone=True)))
    op.add_column("handovers", sa.Column("signed_by", sa.String(120), nullable=False, server_default=""))
    op.add_column("handovers", sa.Column("signature", sa.String(80), nullable=False, server_default=""))


def downgrade() -> None:
    for name in ("signature", "signed_by", "signed_at"):
        op.drop_column("handovers", name)
