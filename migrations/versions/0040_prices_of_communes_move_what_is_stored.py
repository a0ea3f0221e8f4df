"""prices of communes move the version of what buyers see"""

from alembic import op

revision = "0040"
down_revision = "0039"

VERBS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for verb in VERBS:
        op.execute(f"CREATE TRIGGER commune_rates_seen_{verb.lower()} AFTER {verb} ON commune_rates BEGIN UPDATE shop_version SET number = number + 1; END")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return
    for verb in VERBS:
        op.execute(f"DROP TRIGGER commune_rates_seen_{verb.lower()}")
