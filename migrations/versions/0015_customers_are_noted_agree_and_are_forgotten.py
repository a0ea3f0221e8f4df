"""customers are noted, agree or refuse to be written to, and are forgotten on request"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _of_a_customer(
        "customer_notes",
        sa.Column("text", sa.String(500), nullable=False),
        *_signed(),
    )
    _of_a_customer(
        "consents",
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("wording", sa.Text, nullable=False),
        *_signed(),
        sa.CheckConstraint("channel IN ('whatsapp', 'sms', 'call')", name=op.f("ck_consents_channel")),
    )
    _of_a_customer(
        "erasures",
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT),
    )
    op.create_index("ix_customer_notes_phone", "customer_notes", ["store_id", "phone", "id"])
    op.create_index("ix_consents_phone", "consents", ["store_id", "phone", "id"])
    op.create_index("ix_erasures_due", "erasures", ["done_at", "due_at"])


def _of_a_customer(table: str, *more: sa.Column | sa.CheckConstraint) -> None:
    op.create_table(
        table,
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, sa.ForeignKey("stores.id", name=op.f(f"fk_{table}_store_id")), nullable=False),
        sa.Column("phone", sa.String(16), nullable=False),
        *more,
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _signed() -> list[sa.Column]:
    return [
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", KEY),
        sa.Column("by_name", sa.String(120), nullable=False),
    ]


def downgrade() -> None:
    for table in ("erasures", "consents", "customer_notes"):
        op.drop_table(table)
