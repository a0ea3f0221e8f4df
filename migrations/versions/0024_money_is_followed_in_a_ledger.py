"""the ledger: every movement of money of an order, filled from what is there; its rows stay"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
ACCOUNTS = (
    "'buyer', 'goods', 'delivery', 'discount', 'with_carrier', 'with_provider', 'in_hand', "
    "'fees', 'difference', 'return_fees', 'refunded', 'exchange'"
)


def upgrade() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("movement", KEY, nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("payment_id", KEY, nullable=True),
        sa.Column("account", sa.String(16), nullable=False),
        sa.Column("minor", KEY, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("by_kind", sa.String(16), nullable=False),
        sa.Column("by_id", KEY, nullable=True),
        sa.ForeignKeyConstraint(["store_id", "order_id"], ["orders.store_id", "orders.id"], name=op.f("fk_ledger_store_id_order_id"), ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(
            ["store_id", "payment_id"], ["payments.store_id", "payments.id"], name=op.f("fk_ledger_store_id_payment_id"), ondelete="RESTRICT"
        ),
        sa.CheckConstraint(f"account IN ({ACCOUNTS})", name=op.f("ck_ledger_account")),
        sa.CheckConstraint("minor <> 0", name=op.f("ck_ledger_minor")),
    )
    op.create_index("ix_ledger_order", "ledger", ["store_id", "order_id"])
    op.create_index("ix_ledger_account", "ledger", ["store_id", "account", "at"])
    _fill()
    _keep()


def downgrade() -> None:
    op.drop_table("ledger")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ledger_stays()")


# Movements of before are numbered by their order (from 1 on) and by their payment (below 0).
SALES = (("buyer", "total_minor"), ("goods", "-goods_minor"), ("delivery", "-delivery_minor"), ("discount", "discount_minor"))
HOLDER = "CASE WHEN p.method = 'cash_on_delivery' THEN 'with_carrier' ELSE 'with_provider' END"
CAME = "COALESCE(l.received_minor, p.amount_minor)"
KEPT = "COALESCE(l.fee_minor, 0)"
PAID = "p.state IN ('collected', 'settled', 'refunded')"
REACHED = "p.settled_at IS NOT NULL AND p.state IN ('settled', 'refunded')"


def _fill() -> None:
    for account, minor in SALES:
        _write("order_id * 2", "sold", account, minor, "placed_at", "SELECT *, id AS order_id, NULL AS payment_id FROM orders")
        _write(
            "order_id * 2 + 1", "cancelled", account, f"-({minor})", "COALESCE(cancelled_at, placed_at)",
            "SELECT *, id AS order_id, NULL AS payment_id FROM orders WHERE state = 'cancelled'",
        )  # fmt: skip
    collected = (("buyer", "-p.amount_minor"), (HOLDER, "p.amount_minor"))
    settled = ((HOLDER, "-p.amount_minor"), ("in_hand", CAME), ("fees", KEPT), ("difference", f"p.amount_minor - {CAME} - {KEPT}"))
    refunded = (("refunded", "p.amount_minor"), (f"CASE WHEN p.settled_at IS NULL THEN {HOLDER} ELSE 'in_hand' END", "-p.amount_minor"))
    _write_payments(1, "collected", collected, "COALESCE(p.collected_at, p.settled_at, p.created_at)", PAID)
    _write_payments(2, "settled", settled, "p.settled_at", REACHED)
    _write_payments(3, "refunded", refunded, "COALESCE(p.refunded_at, p.settled_at, p.created_at)", "p.state = 'refunded'")


def _write_payments(place: int, kind: str, parts: tuple[tuple[str, str], ...], at: str, which: str) -> None:
    for account, minor in parts:
        word = account if account.startswith("CASE") else f"'{account}'"
        rows = (
            f"SELECT p.store_id, p.order_id, p.id AS payment_id, {word} AS account, {minor} AS minor, p.currency, {at} AS moment "
            f"FROM payments p LEFT JOIN remittance_lines l ON l.payment_id = p.id WHERE {which}"
        )
        _write(f"-(payment_id * 4 + {place})", kind, "", "minor", "moment", rows)


def _write(movement: str, kind: str, account: str, minor: str, at: str, rows: str) -> None:
    word = f"'{account}'" if account else "account"
    op.execute(
        "INSERT INTO ledger (store_id, movement, kind, order_id, payment_id, account, minor, currency, at, by_kind) "
        f"SELECT store_id, {movement}, '{kind}', order_id, CAST(payment_id AS BIGINT), {word}, {minor}, currency, {at}, 'system' "
        f"FROM ({rows}) AS r WHERE {minor} <> 0"
    )


def _keep() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER ledger_no_{verb.lower()} BEFORE {verb} ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END")
    else:
        op.execute(
            "CREATE FUNCTION ledger_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ledger is append-only'; END $$"
        )
        op.execute("CREATE TRIGGER ledger_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger FOR EACH STATEMENT EXECUTE FUNCTION ledger_stays()")
