"""who sells is verified by the platform, and some words keep a product out of the shop"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
# Written as SQL: SQLite would otherwise make the table anew and lose its triggers.
COLUMNS = (
    "register_wilaya VARCHAR(2) DEFAULT '' NOT NULL",
    "register_issued DATE",
    "register_expires DATE",
    "nis VARCHAR(20) DEFAULT '' NOT NULL",
    "card VARCHAR(80) DEFAULT '' NOT NULL",
    "verification VARCHAR(12) DEFAULT 'draft' NOT NULL CONSTRAINT ck_stores_verification "
    "CHECK (verification IN ('draft', 'submitted', 'verified', 'refused', 'expired'))",
    "reminded_days {whole}",
)


def upgrade() -> None:
    whole = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for column in COLUMNS:
        op.execute(f"ALTER TABLE stores ADD COLUMN {column.format(whole=whole)}")
    op.create_table(
        "identity_submissions",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name=op.f("fk_identity_submissions_store_id")), nullable=False),
        sa.Column("said", sa.JSON, nullable=False),
        sa.Column("card", sa.String(80), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("answer", sa.String(12), nullable=False),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("note", sa.String(600), nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.Column("answered_by", sa.String(120), nullable=False),
        sa.CheckConstraint("answer IN ('verified', 'refused', 'replaced', '')", name=op.f("ck_identity_submissions_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_submissions")),
    )
    op.create_index("ix_identity_submissions_store", "identity_submissions", ["store_id", "id"])
    op.create_index("ix_identity_submissions_queue", "identity_submissions", ["answer", "sent_at"])
    op.create_table(
        "forbidden_words",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("folded", sa.String(80), nullable=False),
        sa.Column("word", sa.String(80), nullable=False),
        sa.Column("ground", sa.String(16), nullable=False),
        sa.Column("rule", sa.String(8), nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint("rule IN ('refuse', 'review')", name=op.f("ck_forbidden_words_rule")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forbidden_words")),
        sa.UniqueConstraint("folded", name=op.f("uq_forbidden_words_folded")),
    )
    op.create_table(
        "product_reviews",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("note", sa.String(600), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("answered_at", MOMENT),
        sa.CheckConstraint("state IN ('waiting', 'allowed', 'refused')", name=op.f("ck_product_reviews_state")),
        sa.ForeignKeyConstraint(["store_id", "product_id"], ["products.store_id", "products.id"], name=op.f("fk_product_reviews_store_id_product_id"), ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_reviews")),
        sa.UniqueConstraint("product_id", name=op.f("uq_product_reviews_product_id")),
    )
    op.create_index("ix_product_reviews_queue", "product_reviews", ["state", "asked_at"])


def downgrade() -> None:
    op.drop_table("product_reviews")
    op.drop_table("forbidden_words")
    op.drop_table("identity_submissions")
    for column in reversed(COLUMNS):
        op.execute(f"ALTER TABLE stores DROP COLUMN {column.split()[0]}")
