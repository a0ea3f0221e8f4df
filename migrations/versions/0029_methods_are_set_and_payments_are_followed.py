"""methods set by each workshop, notices kept, proofs and refunds of payments, what really came and when it is given up"""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('payment_notices',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('method', sa.String(length=32), nullable=False),
    sa.Column('event', sa.String(length=120), nullable=False),
    sa.Column('external', sa.String(length=120), nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('raw', sa.String(length=200), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('received_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('handled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['store_id'], ['stores.id'], name=op.f('fk_payment_notices_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_notices')),
    sa.UniqueConstraint('store_id', 'id', name=op.f('uq_payment_notices_store_id_id')),
    sa.UniqueConstraint('store_id', 'method', 'event', name=op.f('uq_payment_notices_store_id_method_event'))
    )
    op.create_table('payment_settings',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('method', sa.String(length=32), nullable=False),
    sa.Column('enabled', sa.Boolean(), nullable=False),
    sa.Column('plain', sa.JSON(), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['store_id'], ['stores.id'], name=op.f('fk_payment_settings_store_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_settings')),
    sa.UniqueConstraint('store_id', 'id', name=op.f('uq_payment_settings_store_id_id')),
    sa.UniqueConstraint('store_id', 'method', name=op.f('uq_payment_settings_store_id_method'))
    )
    op.create_table('payment_incidents',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('payment_id', KEY, nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['store_id', 'payment_id'], ['payments.store_id', 'payments.id'], name=op.f('fk_payment_incidents_store_id_payment_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_incidents')),
    sa.UniqueConstraint('payment_id', 'kind', name=op.f('uq_payment_incidents_payment_id_kind')),
    sa.UniqueConstraint('store_id', 'id', name=op.f('uq_payment_incidents_store_id_id'))
    )
    op.create_index('ix_payment_incidents_open', 'payment_incidents', ['store_id', 'closed_at'], unique=False)
    op.create_table('payment_proofs',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('payment_id', KEY, nullable=False),
    sa.Column('file', sa.String(length=60), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name=op.f('ck_payment_proofs_state')),
    sa.ForeignKeyConstraint(['store_id', 'payment_id'], ['payments.store_id', 'payments.id'], name=op.f('fk_payment_proofs_store_id_payment_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_proofs')),
    sa.UniqueConstraint('file', name=op.f('uq_payment_proofs_file')),
    sa.UniqueConstraint('store_id', 'id', name=op.f('uq_payment_proofs_store_id_id'))
    )
    op.create_index('ix_payment_proofs_payment', 'payment_proofs', ['payment_id'], unique=False)
    op.create_table('refunds',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('payment_id', KEY, nullable=False),
    sa.Column('reference', sa.String(length=40), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('amount_minor', KEY, nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('external', sa.String(length=120), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('proof', sa.String(length=200), nullable=False),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.Column('by_name', sa.String(length=120), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('pending', 'done', 'failed')", name=op.f('ck_refunds_state')),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_refunds_amount')),
    sa.ForeignKeyConstraint(['store_id', 'payment_id'], ['payments.store_id', 'payments.id'], name=op.f('fk_refunds_store_id_payment_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refunds')),
    sa.UniqueConstraint('reference', name=op.f('uq_refunds_reference')),
    sa.UniqueConstraint('store_id', 'id', name=op.f('uq_refunds_store_id_id'))
    )
    op.create_index('ix_refunds_payment', 'refunds', ['payment_id'], unique=False)
    for column in (
        sa.Column("collected_minor", KEY, nullable=False, server_default="0"),
        sa.Column("refunded_minor", KEY, nullable=False, server_default="0"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looks", KEY, nullable=False, server_default="0"),
        sa.Column("redirect", sa.String(length=1000), nullable=False, server_default=""),
        sa.Column("problem", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("mentions", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("raw", sa.String(length=200), nullable=False, server_default=""),
    ):
        op.add_column("payments", column)
    op.create_index("ix_payments_waiting", "payments", ["state", "expires_at"], unique=False)
    op.execute("UPDATE payments SET collected_minor = amount_minor WHERE state IN ('collected', 'settled', 'refunded')")
    op.execute("UPDATE payments SET refunded_minor = amount_minor WHERE state = 'refunded'")


def downgrade() -> None:
    op.drop_index("ix_payments_waiting", table_name="payments")
    with op.batch_alter_table("payments", schema=None) as batch_op:
        for name in ("raw", "mentions", "problem", "redirect", "looks", "looked_at", "started_at", "expires_at", "refunded_minor", "collected_minor"):
            batch_op.drop_column(name)
    op.drop_table('refunds')
    op.drop_table('payment_proofs')
    op.drop_table('payment_incidents')
    op.drop_table('payment_settings')
    op.drop_table('payment_notices')
