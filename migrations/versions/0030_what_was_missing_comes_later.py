"""what was missing of a carrier's payment comes later"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('remittance_rests',
    sa.Column('id', KEY, nullable=False),
    sa.Column('store_id', KEY, nullable=False),
    sa.Column('remittance_id', KEY, nullable=False),
    sa.Column('payment_id', KEY, nullable=False),
    sa.Column('received_minor', KEY, nullable=False),
    sa.Column('fee_minor', KEY, nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.ForeignKeyConstraint(['store_id', 'remittance_id'], ['remittances.store_id', 'remittances.id'], name=op.f('fk_remittance_rests_store_id_remittance_id'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['store_id', 'payment_id'], ['payments.store_id', 'payments.id'], name=op.f('fk_remittance_rests_store_id_payment_id'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_remittance_rests')),
    sa.UniqueConstraint('remittance_id', 'payment_id', name=op.f('uq_remittance_rests_remittance_id_payment_id'))
    )
    op.create_index('ix_remittance_rests_payment', 'remittance_rests', ['store_id', 'payment_id'], unique=False)
    op.add_column("remittance_lines", sa.Column("rest_minor", KEY, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("remittance_lines", "rest_minor")
    op.drop_table('remittance_rests')
