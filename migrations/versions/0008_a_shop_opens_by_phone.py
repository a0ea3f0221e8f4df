"""a shop opens by phone: codes, the second step, and what is typed while a shop is made ready"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "phone_codes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("phone", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("tries", NUMBER, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("proved_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.CheckConstraint("purpose IN ('sign_up', 'reset')", name=op.f("ck_phone_codes_purpose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_phone_codes_token_hash")),
    )
    op.create_index("ix_phone_codes_expires", "phone_codes", ["expires_at"])
    op.create_table(
        "second_factors",
        sa.Column("account_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("secret", sa.String(length=40), nullable=False),
        sa.Column("last_counter", NUMBER, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_second_factors_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factors")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_recovery_codes_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_codes_code_hash")),
    )
    op.create_index("ix_recovery_codes_account", "recovery_codes", ["account_id", "used_at"])
    op.create_table(
        "opening_drafts",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("account_id", NUMBER, nullable=False),
        sa.Column("store_id", NUMBER, nullable=True),
        sa.Column("screen", sa.String(length=12), nullable=False),
        sa.Column("typed", sa.JSON(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_opening_drafts_account_id")),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_opening_drafts_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_drafts")),
        sa.UniqueConstraint("account_id", "screen", name=op.f("uq_opening_drafts_account_id_screen")),
    )
    op.create_index(op.f("ix_opening_drafts_store_id"), "opening_drafts", ["store_id"])


def downgrade() -> None:
    for table in ("opening_drafts", "recovery_codes", "second_factors", "phone_codes"):
        op.drop_table(table)
