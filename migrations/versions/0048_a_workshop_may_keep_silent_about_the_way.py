"""a workshop may send its buyers nothing about the way of their parcels"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"


def upgrade() -> None:
    op.add_column("stores", sa.Column("silent_way", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("stores", "silent_way")
