"""print stations, and the labels that are on their way to them"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

KEY = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
STATES = "'queued', 'sent', 'confirmed', 'doubtful', 'failed'"


def upgrade() -> None:
    op.create_table(
        "print_stations",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("head", sa.String(16), nullable=False),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("code_until", MOMENT, nullable=False),
        sa.Column("token_hash", sa.String(64)),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("paired_at", MOMENT),
        sa.Column("seen_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"], name=op.f("fk_print_stations_store_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_stations")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_print_stations_store_id_id")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_print_stations_code_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_print_stations_token_hash")),
    )
    op.create_index("ix_print_stations_store", "print_stations", ["store_id", "ended_at"])
    op.create_table(
        "print_jobs",
        sa.Column("id", KEY, nullable=False),
        sa.Column("store_id", KEY, nullable=False),
        sa.Column("station_id", KEY, nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("place", KEY, nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_print_jobs_state")),
        sa.ForeignKeyConstraint(
            ["store_id", "station_id"], ["print_stations.store_id", "print_stations.id"], ondelete="RESTRICT",
            name=op.f("fk_print_jobs_store_id_station_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_jobs")),
        sa.UniqueConstraint("key", name=op.f("uq_print_jobs_key")),
        sa.UniqueConstraint("store_id", "batch", "place", name=op.f("uq_print_jobs_store_id_batch_place")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_print_jobs_store_id_id")),
    )
    op.create_index("ix_print_jobs_station", "print_jobs", ["station_id", "state"])


def downgrade() -> None:
    op.drop_table("print_jobs")
    op.drop_table("print_stations")
