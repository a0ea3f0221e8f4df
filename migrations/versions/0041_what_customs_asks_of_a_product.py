"""what customs asks of a product that may leave the country"""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXTS = {"hs_more": 4, "customs_fr": 80, "customs_en": 80, "eu_file": 120}


def upgrade() -> None:
    op.add_column("products", sa.Column("abroad", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("products", sa.Column("net_weight_g", KEY, nullable=True))
    for name, length in TEXTS.items():
        op.add_column("products", sa.Column(name, sa.String(length), nullable=False, server_default=""))


def downgrade() -> None:
    for name in (*TEXTS, "net_weight_g", "abroad"):
        op.drop_column("products", name)
