"""what keeps a printer from printing"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.add_column("print_stations", sa.Column("problem", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("print_stations", "problem")
