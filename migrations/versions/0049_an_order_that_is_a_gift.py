"""an order that is a gift: who receives it is told no price, who gives it is told how it stands"""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    op.add_column("orders", sa.Column("gift", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("orders", sa.Column("gift_words", sa.String(length=300), nullable=False, server_default=""))
    op.add_column("orders", sa.Column("payer_phone", sa.String(length=16), nullable=False, server_default=""))


def downgrade() -> None:
    for name in ("payer_phone", "gift_words", "gift"):
        op.drop_column("orders", name)
