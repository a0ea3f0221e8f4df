"""invoices, vouchers and credit notes with their numbers; how a store issues them; who sold stands on each order"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SELLER = (
    "name", "legal_name", "register_type", "register_number", "nif", "nis", "address", "phone", "email", "wilaya_code",
    "commune_code",
)  # fmt: skip


def upgrade() -> None:
    op.add_column("orders", sa.Column("seller", sa.JSON(), nullable=True))
    _tell_who_sold()
    op.create_table(
        "paper_rules",
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name=op.f("fk_paper_rules_store_id")), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("both_languages", sa.Boolean(), nullable=False),
        sa.Column("charges_vat", sa.Boolean(), nullable=False),
        sa.Column("vat_rate", KEY, nullable=False),
        sa.Column("stamp", sa.Boolean(), nullable=False),
        sa.Column("legal_form", sa.String(length=60), nullable=False),
        sa.CheckConstraint("kind IN ('invoice', 'voucher')", name=op.f("ck_paper_rules_kind")),
        sa.CheckConstraint("vat_rate BETWEEN 1 AND 100", name=op.f("ck_paper_rules_vat_rate")),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_paper_rules")),
    )
    op.create_table(
        "product_taxes",
        sa.Column("store_id", KEY, nullable=False, autoincrement=False),
        sa.Column("product_id", KEY, nullable=False, autoincrement=False),
        sa.Column("rate", KEY, nullable=False),
        sa.CheckConstraint("rate BETWEEN 0 AND 100", name=op.f("ck_product_taxes_rate")),
        sa.ForeignKeyConstraint(
            ["store_id", "product_id"], ["products.store_id", "products.id"], name=op.f("fk_product_taxes_store_id_product_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("store_id", "product_id", name=op.f("pk_product_taxes")),
    )
    op.create_table(
        "invoice_heads",
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name=op.f("fk_invoice_heads_store_id")), nullable=False, autoincrement=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("year", KEY, nullable=False, autoincrement=False),
        sa.Column("last", KEY, nullable=False),
        sa.PrimaryKeyConstraint("store_id", "kind", "year", name=op.f("pk_invoice_heads")),
    )
    _invoices()
    _append_only()


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP TRIGGER invoices_stays ON invoices")
        op.execute("DROP FUNCTION invoices_stays()")
    for table in ("invoices", "invoice_heads", "product_taxes", "paper_rules"):
        op.drop_table(table)
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.drop_column("seller")


def _tell_who_sold() -> None:
    """Orders of before get their seller as she is today: nobody wrote down who she was then."""
    link = op.get_bind()
    columns = ", ".join(SELLER)
    for row in link.execute(sa.text(f"SELECT id, {columns} FROM stores")).all():
        seller = dict(zip(SELLER, row[1:], strict=True))
        seller["legal_name"] = seller["legal_name"] or seller["name"]
        link.execute(
            sa.text("UPDATE orders SET seller = :seller WHERE store_id = :store"), {"seller": json.dumps(seller), "store": row[0]}
        )


def _invoices() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("order_id", KEY, nullable=False),
        sa.Column("cancels_id", KEY, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("year", KEY, nullable=False),
        sa.Column("number", KEY, nullable=False),
        sa.Column("turn", KEY, nullable=False),
        sa.Column("total_minor", KEY, nullable=False),
        sa.Column("net_minor", KEY, nullable=False),
        sa.Column("stamp_minor", KEY, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", KEY, nullable=True),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.CheckConstraint("kind IN ('credit', 'invoice', 'voucher')", name=op.f("ck_invoices_kind")),
        sa.CheckConstraint("(kind = 'credit') = (cancels_id IS NOT NULL)", name=op.f("ck_invoices_cancels")),
        sa.ForeignKeyConstraint(
            ["store_id", "order_id"], ["orders.store_id", "orders.id"], name=op.f("fk_invoices_store_id_order_id"), ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["store_id", "cancels_id"], ["invoices.store_id", "invoices.id"], name=op.f("fk_invoices_store_id_cancels_id"), ondelete="RESTRICT"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_invoices_store_id_id")),
        sa.UniqueConstraint("store_id", "kind", "year", "number", name=op.f("uq_invoices_store_id_kind_year_number")),
        sa.UniqueConstraint("cancels_id", name=op.f("uq_invoices_cancels_id")),
    )
    op.create_index("ix_invoices_store_at", "invoices", ["store_id", "at"])
    op.create_index(
        "ix_invoices_turn", "invoices", ["order_id", "turn"], unique=True, sqlite_where=sa.text("kind <> 'credit'"),
        postgresql_where=sa.text("kind <> 'credit'"),
    )  # fmt: skip


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER invoices_no_{verb.lower()} BEFORE {verb} ON invoices BEGIN SELECT RAISE(ABORT, 'invoices is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION invoices_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'invoices is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER invoices_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON invoices FOR EACH STATEMENT EXECUTE FUNCTION invoices_stays()"
    )
