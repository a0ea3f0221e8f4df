"""what buyers see has a version: on SQLite a number that every such change moves"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SEEN = ("stores", "products", "variants", "pictures", "carrier_accounts", "delivery_rates", "desks")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    op.create_table("shop_version", sa.Column("number", sa.Integer, nullable=False))
    op.execute("INSERT INTO shop_version (number) VALUES (1)")
    for table in SEEN:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_seen_{verb.lower()} AFTER {verb} ON {table} BEGIN UPDATE shop_version SET number = number + 1; END")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in SEEN:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_seen_{verb}")
    op.drop_table("shop_version")
