"""credit notes over a part of an invoice"""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OLD = "(kind = 'credit') = (cancels_id IS NOT NULL)"
NEW = "kind = 'credit' OR cancels_id IS NULL"


def upgrade() -> None:
    _cancels(OLD, NEW)
    op.create_table('credit_parts',
    sa.Column('note_id', KEY, autoincrement=False, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('invoice_id', KEY, nullable=False),
    sa.ForeignKeyConstraint(['store_id', 'invoice_id'], ['invoices.store_id', 'invoices.id'], name=op.f('fk_credit_parts_store_id_invoice_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['store_id', 'note_id'], ['invoices.store_id', 'invoices.id'], name=op.f('fk_credit_parts_store_id_note_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('note_id', name=op.f('pk_credit_parts'))
    )
    op.create_index('ix_credit_parts_invoice', 'credit_parts', ['store_id', 'invoice_id'], unique=False)


def downgrade() -> None:
    op.drop_table('credit_parts')
    _cancels(NEW, OLD)


def _cancels(old: str, new: str) -> None:
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_invoices_cancels"), "invoices", type_="check")
        op.create_check_constraint(op.f("ck_invoices_cancels"), "invoices", new)
        return
    # What a CHECK says is no part of the rows: SQLite's own manual changes it in the schema, and no row is copied.
    op.execute("PRAGMA writable_schema=ON")
    op.get_bind().execute(
        sa.text("UPDATE sqlite_schema SET sql = replace(sql, :old, :new) WHERE type = 'table' AND name = 'invoices'"),
        {"old": old, "new": new},
    )
    op.execute("PRAGMA writable_schema=RESET")
