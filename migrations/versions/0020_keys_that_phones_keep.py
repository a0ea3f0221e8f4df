"""passkeys, and room for a second step's secret that is sealed"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("credential", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("counter", NUMBER, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_passkeys_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passkeys")),
        sa.UniqueConstraint("credential", name=op.f("uq_passkeys_credential")),
    )
    op.create_index("ix_passkeys_account", "passkeys", ["account_id"])
    with op.batch_alter_table("second_factors") as batch:
        batch.alter_column("secret", existing_type=sa.String(40), type_=sa.String(120), existing_nullable=False)


def downgrade() -> None:
    op.drop_table("passkeys")
    op.execute("DELETE FROM second_factors WHERE length(secret) > 40")  # sealed: the release before cannot read them
    with op.batch_alter_table("second_factors") as batch:
        batch.alter_column("secret", existing_type=sa.String(120), type_=sa.String(40), existing_nullable=False)
