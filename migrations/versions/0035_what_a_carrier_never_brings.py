"""what a carrier never brings: given up with a reason, an account of the ledger of its own"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEFORE = (
    "'buyer', 'goods', 'delivery', 'discount', 'with_carrier', 'with_provider', 'in_hand', "
    "'fees', 'difference', 'return_fees', 'refunded', 'exchange'"
)
CHECK = "ck_ledger_account"


def upgrade() -> None:
    op.add_column("payments", sa.Column("lost_minor", KEY, nullable=False, server_default="0"))
    op.add_column("payments", sa.Column("lost_reason", sa.String(200), nullable=False, server_default=""))
    op.add_column("payments", sa.Column("lost_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("remittance_lines", sa.Column("lost_minor", KEY, nullable=False, server_default="0"))
    _allow(f"{BEFORE}, 'lost'")


def downgrade() -> None:
    _allow(BEFORE)
    op.drop_column("remittance_lines", "lost_minor")
    for name in ("lost_at", "lost_reason", "lost_minor"):
        op.drop_column("payments", name)


def _allow(accounts: str) -> None:
    """Let the ledger have these accounts, and no row of it be lost on the way."""
    if op.get_bind().dialect.name == "sqlite":
        _made_anew(accounts)
    else:
        op.execute(f"ALTER TABLE ledger DROP CONSTRAINT {CHECK}")
        op.execute(f"ALTER TABLE ledger ADD CONSTRAINT {CHECK} CHECK (account IN ({accounts}))")


def _made_anew(accounts: str) -> None:
    """SQLite changes no constraint of a table: its rows move into another one of the same name."""
    made = op.get_bind().scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'ledger'"))
    begin, _check, rest = str(made).partition("account IN (")
    _names, _close, end = rest.partition(")")
    beside = op.get_bind().scalars(sa.text(
        "SELECT sql FROM sqlite_master WHERE tbl_name = 'ledger' AND type IN ('index', 'trigger') AND sql IS NOT NULL"
    )).all()  # fmt: skip
    op.execute(begin.replace("ledger", "ledger_anew", 1) + f"account IN ({accounts})" + end)
    op.execute("INSERT INTO ledger_anew SELECT * FROM ledger")
    op.execute("DROP TABLE ledger")
    op.execute("ALTER TABLE ledger_anew RENAME TO ledger")
    for each in beside:
        op.execute(each)
