"""who gets it abroad has an e-mail address"""

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"


def upgrade() -> None:
    op.add_column("orders", sa.Column("email", sa.String(254), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("orders", "email")
