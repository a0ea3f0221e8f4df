"""where a buyer came from: a message or a link for one person; a link keeps places in the queue of what is made to order"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

OLD = "source IN ('whatsapp', 'facebook', 'instagram', 'tiktok', 'qr', 'message')"
NEW = "source IN ('whatsapp', 'facebook', 'instagram', 'tiktok', 'qr', 'message', 'chat', 'link')"


def upgrade() -> None:
    _sources(OLD, NEW)
    op.add_column("reservations", sa.Column("queued", sa.Boolean, server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("reservations", "queued")
    op.execute("DELETE FROM order_sources WHERE source IN ('chat', 'link')")
    _sources(NEW, OLD)


def _sources(old: str, new: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_order_sources_source"), "order_sources", type_="check")
        op.create_check_constraint(op.f("ck_order_sources_source"), "order_sources", new)
        return
    # What a CHECK says is no part of the rows: SQLite's own manual changes it in the schema, and no row is copied.
    op.execute("PRAGMA writable_schema=ON")
    op.get_bind().execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'order_sources'"),
        {"old": old, "new": new},
    )
    op.execute("PRAGMA writable_schema=RESET")
