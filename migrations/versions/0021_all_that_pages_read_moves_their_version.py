"""all that public pages read moves their version: attributes, lots, options, the photographs of variants, prices before"""

from alembic import op

revision = "0021"
down_revision = "0020"

SEEN = ("product_attributes", "lots", "option_values", "variant_faces", "price_changes")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in SEEN:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_seen_{verb.lower()} AFTER {verb} ON {table} BEGIN UPDATE shop_version SET number = number + 1; END")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for table in SEEN:
        for verb in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER {table}_seen_{verb}")
