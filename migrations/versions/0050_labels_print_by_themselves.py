"""labels print by themselves at one station of a workshop"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"

TABLE, INDEX = "print_stations", "ix_print_stations_by_itself"
ON = "by_itself AND ended_at IS NULL"


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("by_itself", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index(
        INDEX, TABLE, ["store_id"], unique=True, sqlite_where=sa.text(ON), postgresql_where=sa.text(ON)
    )


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.drop_column(TABLE, "by_itself")
