"""what becomes of a deposit is kept with its order: the workshop's rule as it was when the order was placed"""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.add_column("payments", sa.Column("deposit_back", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("payments", "deposit_back")
