"""where the desk is that a buyer chose, kept with her parcel"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"

KEPT = {"external": sa.String(40), "commune_code": sa.String(4), "address": sa.String(300), "hours": sa.String(120)}


def column(of: str) -> str:
    return "desk_" + of.removesuffix("_code")


def upgrade() -> None:
    for of, kind in KEPT.items():
        op.add_column("shipments", sa.Column(column(of), kind, nullable=False, server_default=""))
    told = ", ".join(f"{column(of)} = (SELECT {of} FROM desks WHERE desks.id = shipments.desk_id)" for of in KEPT)
    op.execute(f"UPDATE shipments SET {told} WHERE EXISTS (SELECT 1 FROM desks WHERE desks.id = shipments.desk_id)")


def downgrade() -> None:
    for of in reversed(KEPT):
        op.drop_column("shipments", column(of))
