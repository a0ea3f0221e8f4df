"""The application: what it is made of, in order."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_compress import Compress
from sqlalchemy import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from shop import work
from shop.paths import TEMPLATES
from shop.plumbing import logs
from shop.plumbing.db import db, prepare_engine
from shop.plumbing.links import Signer
from shop.plumbing.seals import Seal
from shop.plumbing.settings import Settings, load, with_secret
from shop.web import desk, hooks, storefront, studio
from shop.web.ui import access, converters, door, errors, headers, health, media, pagestore, places, statics, templating


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application from settings (by default: from the environment)."""
    settings = with_secret(settings or load())
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    logs.configure(settings.log_level)

    app = Flask("shop", template_folder=str(TEMPLATES), static_folder=None, instance_path=str(settings.data_dir))
    app.config.update(flask_config(settings))
    app.extensions["hirfa_settings"] = settings
    app.extensions["hirfa_signer"] = Signer(settings.secret_key, settings.old_secret_keys)
    app.extensions["hirfa_seal"] = Seal(settings.secret_key, settings.old_secret_keys)

    app.extensions["hirfa_outside"] = work.outside(settings)

    connect_database(app)
    work.listen()
    converters.install(app)
    places.install(app)
    templating.install(app)
    door.install(app)
    headers.install(app, settings)
    errors.install(app)
    logs.install(app)

    storefront.install(app)
    studio.install(app)
    desk.install(app)
    hooks.install(app, settings)
    media.install(app)
    health.install(app)
    access.require_declarations(app)

    Compress(app)
    pagestore.install(app, settings)
    statics.install(app, settings)
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def connect_database(app: Flask) -> None:
    """Tie the one database to the application."""
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def flask_config(settings: Settings) -> dict[str, object]:
    """Translate our settings into Flask's words."""
    pool: dict[str, object] = {"pool_size": settings.threads + 2, "max_overflow": 10, "pool_timeout": 5}
    if not settings.is_sqlite:
        pool["pool_pre_ping"] = True
        if "connect_timeout" not in make_url(settings.database).query:  # a server that is silent is away
            pool["connect_args"] = {"connect_timeout": 5}
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": list(settings.old_secret_keys),
        "SQLALCHEMY_DATABASE_URI": settings.database,
        "SQLALCHEMY_ENGINE_OPTIONS": pool,
        "SESSION_COOKIE_NAME": "__Host-hirfa" if settings.https else "hirfa",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=90),
        "TRUSTED_HOSTS": list(settings.hosts),
        "MAX_CONTENT_LENGTH": access.FORM_BYTES,
        "MAX_FORM_MEMORY_SIZE": access.FORM_BYTES,
        "MAX_FORM_PARTS": 500,
        "PREFERRED_URL_SCHEME": "https" if settings.https else "http",
        "COMPRESS_ALGORITHM": ["zstd", "br", "gzip"],
        "COMPRESS_BR_LEVEL": 4,
        "COMPRESS_MIN_SIZE": 600,
        "COMPRESS_MIMETYPES": [
            "text/html",
            "text/plain",
            "text/javascript",
            "text/csv",
            "application/json",
            "application/manifest+json",
            "application/xml",
        ],
        "TEMPLATES_AUTO_RELOAD": False,
    }
