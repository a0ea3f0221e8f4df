"""the lines of a remittance are found by it"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_index("ix_remittance_lines_remittance", "remittance_lines", ["store_id", "remittance_id"])


def downgrade() -> None:
    op.drop_index("ix_remittance_lines_remittance", "remittance_lines")
