"""labels of partners are drawn anew before they are kept: those that were kept as they came are asked for again"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
LABELS = sa.table(
    "partner_labels", sa.column("tracking", sa.String), sa.column("pages", sa.Integer), sa.column("mark", sa.String),
    sa.column("body", sa.LargeBinary),
)  # fmt: skip


def upgrade() -> None:
    op.execute(LABELS.update().where(LABELS.c.pages > 0).values(tracking="", pages=0, mark="", body=b""))


def downgrade() -> None:
    pass
