"""an account at a partner is asked in turns by all processes, and left alone while it is silent"""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    op.create_table(
        "turns",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("given_ms", sa.BigInteger, nullable=False),
        sa.Column("silent_since", sa.DateTime(timezone=True)),
        sa.Column("rests_until", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("key", name="pk_turns"),
    )
    op.add_column("carrier_accounts", sa.Column("asked_as", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("carrier_accounts", "asked_as")
    op.drop_table("turns")
