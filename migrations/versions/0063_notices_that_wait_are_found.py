"""notices that wait are found"""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
WAITS = sa.text("handled_at IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_carrier_notices_waiting", "carrier_notices", ["account_id"], sqlite_where=WAITS, postgresql_where=WAITS
    )


def downgrade() -> None:
    op.drop_index("ix_carrier_notices_waiting", "carrier_notices")
