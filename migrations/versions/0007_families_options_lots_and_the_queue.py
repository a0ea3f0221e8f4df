"""products of many crafts: families, options, personal texts, lots, what is made to order and waits, what it costs"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORDS = {f"option{n}_{lang}": 40 for n in (1, 2) for lang in ("ar", "fr", "en")} | {
    f"personal_{lang}": 80 for lang in ("ar", "fr", "en")
}
NUMBERS = ("length_mm", "width_mm", "height_mm", "capacity_week", "queue_most", "personal_most", "materials_minor", "packaging_minor")


def upgrade() -> None:
    for name, column in _added():
        op.add_column(name, column)
    op.create_index("ix_order_lines_lot", "order_lines", ["store_id", "lot"])
    _tables()
    _waiting()
    _one_line_for_each("cart_id", "variant_id", "personal", instead_of=("cart_id", "variant_id"))


def downgrade() -> None:
    op.execute("DELETE FROM cart_lines WHERE personal <> ''")
    _one_line_for_each("cart_id", "variant_id", instead_of=("cart_id", "variant_id", "personal"))
    for table in ("makings", "lots", "variant_faces", "option_values", "product_attributes"):
        op.drop_table(table)
    op.drop_index("ix_order_lines_lot", "order_lines")
    for name, column in reversed(_added()):
        op.drop_column(name, column.name)


def _added() -> list[tuple[str, sa.Column]]:
    products = [
        _text("family", 24), *(sa.Column(name, KEY, nullable=True) for name in NUMBERS),
        _text("hs_code", 6), _text("origin", 2, "DZ"), _tick("one_of_a_kind"), _tick("personal_required"),
        sa.Column("queued", KEY, nullable=False, server_default="0"),
        *(_text(name, most) for name, most in WORDS.items()),
    ]
    lines = [
        _text("personal", 200), _text("caution", 12), _text("lot", 40), sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("cost_minor", KEY, nullable=True),
    ]
    return [
        *(("products", each) for each in products), *(("order_lines", each) for each in lines),
        ("cart_lines", _text("personal", 200)), ("stores", _text("closed_message", 300)),
    ]


def _text(name: str, most: int, default: str = "") -> sa.Column:
    return sa.Column(name, sa.String(length=most), nullable=False, server_default=default)


def _tick(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _one_line_for_each(*columns: str, instead_of: tuple[str, ...]) -> None:
    check = sa.CheckConstraint("pieces BETWEEN 1 AND 999", name="ck_cart_lines_pieces")
    with op.batch_alter_table("cart_lines", table_args=[check]) as batch_op:
        batch_op.drop_constraint("uq_cart_lines_" + "_".join(instead_of), type_="unique")
        batch_op.create_unique_constraint("uq_cart_lines_" + "_".join(columns), list(columns))


def _of_store(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["store_id", column], [f"{parent}.store_id", f"{parent}.id"], name=op.f(f"fk_{table}_store_id_{column}"), ondelete="RESTRICT"
    )


def _head(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", KEY, nullable=False), sa.Column("store_id", KEY, nullable=False),
        sa.Column("product_id", KEY, nullable=False), sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        _of_store(table, "product_id", "products"),
    ]


def _tables() -> None:
    op.create_table(
        "product_attributes", *_head("product_attributes"), sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("lang", sa.String(length=2), nullable=False), sa.Column("value", sa.Text(), nullable=False),
        sa.UniqueConstraint("product_id", "key", "lang", name=op.f("uq_product_attributes_product_id_key_lang")),
    )
    op.create_table(
        "option_values", *_head("option_values"), sa.Column("option", KEY, nullable=False),
        sa.Column("position", KEY, nullable=False),
        *(sa.Column(f"label_{lang}", sa.String(length=40), nullable=False) for lang in ("ar", "fr", "en")),
        sa.CheckConstraint("option IN (1, 2)", name=op.f("ck_option_values_option")),
        sa.UniqueConstraint("store_id", "id", name=op.f("uq_option_values_store_id_id")),
    )
    op.create_index("ix_option_values_product", "option_values", ["product_id", "option", "position"])
    op.create_table(
        "variant_faces", sa.Column("variant_id", KEY, nullable=False), sa.Column("store_id", KEY, nullable=False),
        *(sa.Column(name, KEY, nullable=True) for name in ("first_id", "second_id", "picture_id")),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_variant_faces")),
        _of_store("variant_faces", "variant_id", "variants"), _of_store("variant_faces", "first_id", "option_values"),
        _of_store("variant_faces", "second_id", "option_values"), _of_store("variant_faces", "picture_id", "pictures"),
    )
    for name in ("first_id", "second_id", "picture_id"):
        op.create_index(op.f(f"ix_variant_faces_{name}"), "variant_faces", [name])
    op.create_table(
        "lots", *_head("lots"), sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True), sa.Column("best_before", sa.Date(), nullable=True),
        sa.Column("pieces", KEY, nullable=True), sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("pieces IS NULL OR pieces > 0", name=op.f("ck_lots_pieces")),
        sa.UniqueConstraint("product_id", "code", name=op.f("uq_lots_product_id_code")),
    )
    op.create_table(
        "makings", *_head("makings"), sa.Column("variant_id", KEY, nullable=False), sa.Column("order_id", KEY, nullable=False),
        sa.Column("pieces", KEY, nullable=False), sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False), _of_store("makings", "variant_id", "variants"),
        sa.CheckConstraint("state IN ('waiting', 'made', 'cancelled')", name=op.f("ck_makings_state")),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_makings_pieces")),
        sa.UniqueConstraint("order_id", "variant_id", name=op.f("uq_makings_order_id_variant_id")),
    )
    op.create_index("ix_makings_product", "makings", ["product_id", "state"])


def _waiting() -> None:
    """What was ordered before, is made to order and was not packed yet waits from now on."""
    op.execute(
        "INSERT INTO makings (store_id, product_id, variant_id, order_id, pieces, state, at) "
        "SELECT l.store_id, l.product_id, l.variant_id, l.order_id, SUM(l.pieces), 'waiting', MIN(o.placed_at) "
        "FROM order_lines l JOIN orders o ON o.id = l.order_id JOIN products p ON p.id = l.product_id "
        "JOIN shipments s ON s.order_id = o.id AND s.state = 'preparing' "
        "WHERE p.made_to_order_days IS NOT NULL AND o.state IN ('placed', 'confirmed') AND NOT EXISTS "
        "(SELECT 1 FROM stock_movements m WHERE m.order_id = o.id AND m.variant_id = l.variant_id) "
        "GROUP BY l.store_id, l.product_id, l.variant_id, l.order_id"
    )
    op.execute(
        "UPDATE products SET queued = (SELECT COALESCE(SUM(m.pieces), 0) FROM makings m WHERE m.product_id = products.id) "
        "WHERE id IN (SELECT product_id FROM makings)"
    )
