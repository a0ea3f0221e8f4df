"""price lists in other currencies, and what a payment in one is worth in dinars"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table('foreign_lists',
    sa.Column('store_id', KEY, autoincrement=False, nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('worth_minor', KEY, nullable=False),
    sa.Column('step_minor', KEY, nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('worth_minor > 0 AND step_minor > 0', name=op.f('ck_foreign_lists_figures')),
    sa.ForeignKeyConstraint(['store_id'], ['stores.id'], name=op.f('fk_foreign_lists_store_id')),
    sa.PrimaryKeyConstraint('store_id', 'currency', name=op.f('pk_foreign_lists'))
    )
    op.create_table('foreign_prices',
    sa.Column('store_id', KEY, autoincrement=False, nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('variant_id', KEY, autoincrement=False, nullable=False),
    sa.Column('price_minor', KEY, nullable=False),
    sa.CheckConstraint('price_minor > 0', name=op.f('ck_foreign_prices_price')),
    sa.ForeignKeyConstraint(['store_id', 'currency'], ['foreign_lists.store_id', 'foreign_lists.currency'], name=op.f('fk_foreign_prices_store_id_currency'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['store_id', 'variant_id'], ['variants.store_id', 'variants.id'], name=op.f('fk_foreign_prices_store_id_variant_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('store_id', 'currency', 'variant_id', name=op.f('pk_foreign_prices'))
    )
    op.add_column("payments", sa.Column("worth_minor", KEY, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("payments", schema=None) as batch_op:
        batch_op.drop_column("worth_minor")
    op.drop_table('foreign_prices')
    op.drop_table('foreign_lists')
