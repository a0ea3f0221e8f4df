"""the marks by which partners book places"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    op.add_column("carrier_places", sa.Column("external", sa.String(40), nullable=False, server_default=""))
    op.add_column("carrier_places", sa.Column("wilaya_external", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("carrier_places", "wilaya_external")
    op.drop_column("carrier_places", "external")
