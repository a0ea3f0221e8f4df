"""sheets are about more than products"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column("sheets", sa.Column("topic", sa.String(12), nullable=False, server_default="products"))


def downgrade() -> None:
    op.drop_column("sheets", "topic")
