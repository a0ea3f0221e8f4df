"""the number of the draft that lies at a carrier, until it is confirmed"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"


def upgrade() -> None:
    op.add_column("shipments", sa.Column("draft", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("shipments", "draft")
