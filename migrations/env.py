"""How migrations run: inside the application's context, on its engine, one transaction for all."""

from alembic import context
from sqlalchemy import text

from shop.plumbing.db import Moment, db
from shop.tables import METADATA


def _rendered(kind: str, item: object, _context: object) -> str | bool:
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


def run() -> None:
    """Migrate. On SQLite foreign keys are off meanwhile (a rebuilt parent would empty its children), checked after."""
    with db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=True,
            compare_type=True,
            render_item=_rendered,
            include_name=lambda name, kind, _parents: (kind, name) != ("table", "shop_version"),
        )
        with context.begin_transaction():
            context.run_migrations()
            if sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                raise RuntimeError("a migration left rows without their parents")
        if sqlite:
            connection.rollback()
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


run()
