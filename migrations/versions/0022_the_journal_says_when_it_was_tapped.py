"""the journal says when it was tapped: what waited on a phone without a network"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("journal", sa.Column("tapped_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("journal", "tapped_at")
