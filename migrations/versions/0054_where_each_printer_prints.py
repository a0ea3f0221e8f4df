"""where each printer prints, and how dark: papers and print stations have a nudge of their own"""

import sqlalchemy as sa
from alembic import op

from shop.plumbing.db import BigKey

revision = "0054"
down_revision = "0053"
KEY = BigKey
OF_THE_STORE = "(SELECT {0} FROM stores WHERE stores.id = print_stations.store_id)"


def upgrade() -> None:
    op.create_table(
        "paper_nudges",
        sa.Column("store_id", KEY, nullable=False, autoincrement=False),
        sa.Column("paper", sa.String(12), nullable=False),
        sa.Column("x", KEY, nullable=False),
        sa.Column("y", KEY, nullable=False),
        sa.CheckConstraint("x BETWEEN -100 AND 100 AND y BETWEEN -100 AND 100", name=op.f("ck_paper_nudges_reach")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_paper_nudges_store_id_stores")),
        sa.PrimaryKeyConstraint("store_id", "paper", name=op.f("pk_paper_nudges")),
    )
    op.add_column("print_stations", sa.Column("nudge_x", KEY, nullable=False, server_default="0"))
    op.add_column("print_stations", sa.Column("nudge_y", KEY, nullable=False, server_default="0"))
    op.add_column("print_stations", sa.Column("darkness", KEY, nullable=True))
    for column in ("nudge_x", "nudge_y"):
        op.execute(f"UPDATE print_stations SET {column} = {OF_THE_STORE.format(column)}")  # noqa: S608 - no word of anybody


def downgrade() -> None:
    op.drop_column("print_stations", "darkness")
    op.drop_column("print_stations", "nudge_y")
    op.drop_column("print_stations", "nudge_x")
    op.drop_table("paper_nudges")
