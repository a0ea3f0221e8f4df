"""The `hirfa` command. Each command calls services; none has logic of its own."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import FlaskGroup, with_appcontext

from shop import __version__
from shop.plumbing.settings import Settings, SettingsError, effective, load


def _application() -> Flask:
    from flask_migrate import Migrate  # noqa: PLC0415 - alembic is heavy, and only the command line needs it

    from shop.app import create_app  # noqa: PLC0415 - `hirfa --version` should not build the shop
    from shop.paths import MIGRATIONS  # noqa: PLC0415
    from shop.plumbing.db import db  # noqa: PLC0415

    app = create_app()
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    return app


@click.group(cls=FlaskGroup, create_app=_application, add_default_commands=False, add_version_option=False)
@click.version_option(__version__, prog_name="hirfa")
def hirfa() -> None:
    """Hirfa: the shop that an artisan runs from her phone."""


@hirfa.command()
@click.option("--demo", "with_demo", is_flag=True, help="Fill an empty database with the demo workshops.")
@with_appcontext
def run(*, with_demo: bool) -> None:
    """Bring the database up to date and serve the shop (with its worker inside, unless HIRFA_WORKER=0)."""
    from shop.demo import is_here as demo_is_here  # noqa: PLC0415 - commands import what they run
    from shop.plumbing import schema  # noqa: PLC0415
    from shop.server import see_that_it_is_free, serve, with_simulators  # noqa: PLC0415

    settings = _settings()
    see_that_it_is_free(settings.host, settings.port)
    schema.upgrade()
    if with_demo:
        from shop.demo import seed  # noqa: PLC0415

        for line in seed.fill():
            click.echo(line)
    with with_simulators(settings) if demo_is_here() else nullcontext("") as simulators:
        if simulators:
            click.echo(f"Cards are paid and parcels booked at simulators: {simulators}")
        click.echo(f"Hirfa is open at {settings.base_url} (Ctrl-C closes it)")
        serve(settings)


@hirfa.command()
@with_appcontext
def worker() -> None:
    """Run jobs in a process of its own (set HIRFA_WORKER=0 for the servers)."""
    from shop.server import work  # noqa: PLC0415 - commands import what they run

    work(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001 - Flask's own way


@hirfa.command()
@with_appcontext
def demo() -> None:
    """Fill the database with the demo workshops; adds nothing twice, refuses a database with real stores."""
    from shop.demo import seed  # noqa: PLC0415 - commands import what they run
    from shop.plumbing import schema  # noqa: PLC0415

    schema.upgrade()
    for line in seed.fill():
        click.echo(line)


@hirfa.command()
@with_appcontext
def routes() -> None:
    """List every address, its methods and who may enter."""
    from shop.web.ui.access import access_of  # noqa: PLC0415 - commands import what they run

    for rule in sorted(current_app.url_map.iter_rules(), key=lambda rule: rule.rule):
        methods = ",".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        click.echo(f"{access_of(current_app, rule.endpoint):10} {methods:10} {rule.rule}  → {rule.endpoint}")


@hirfa.command()
@with_appcontext
def check() -> None:
    """Print the settings in force (secrets masked) and what is wrong with them."""
    settings = _settings()
    for name, value in effective(settings).items():
        click.echo(f"{name}={value}")
    for sentence in warnings(settings):
        click.echo(f"! {sentence}", err=True)


@hirfa.command()
def plugins() -> None:
    """List payment methods and carriers, and why any of them is disabled."""
    from shop.payments.methods import METHODS  # noqa: PLC0415 - commands import what they run
    from shop.shipping.carriers import CARRIERS  # noqa: PLC0415

    for registry in (METHODS, CARRIERS):
        for key, plugin in registry.usable.items():
            click.echo(f"{registry.group:24} {key:20} {plugin.title}")
        for disabled in registry.disabled:
            click.echo(f"{registry.group:24} {disabled.key:20} disabled: {disabled.why}")


@hirfa.command()
@with_appcontext
def places() -> None:
    """List the communes of partners that are none of ours for sure: their parcels can't be booked."""
    from shop.shipping import places as spellings  # noqa: PLC0415 - commands import what they run

    for carrier, (count, missing) in spellings.unmapped().items():
        click.echo(f"{carrier}: {count} communes, {len(missing)} not known")
        for each in missing:
            click.echo(f"  {each.wilaya_code_58} {each.name}")


@hirfa.command()
@click.option("--email", prompt=True, help="The address to sign in with.")
@click.option("--name", prompt=True, help="The person's name.")
@click.password_option(help="At least 10 characters.")
@with_appcontext
def operator(email: str, name: str, password: str) -> None:
    """Make an operator account, who creates workshops at the desk."""
    from shop.accounts import service  # noqa: PLC0415 - commands import what they run
    from shop.core.errors import Refused  # noqa: PLC0415
    from shop.plumbing import schema  # noqa: PLC0415
    from shop.plumbing.db import transaction  # noqa: PLC0415

    schema.upgrade()
    try:
        with transaction():
            service.create_account(name=name, password=password, email=email, language="fr", is_operator=True)
    except Refused as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"{email} may enter {_settings().base_url}/desk/")


@hirfa.command("print-station", add_help_option=False, context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def print_station(options: tuple[str, ...]) -> None:
    """Print a workshop's labels beside its printer; `--help` tells how."""
    from shop.print_station.command import main as station  # noqa: PLC0415 - commands import what they run

    station(list(options))


@hirfa.command()
@with_appcontext
def audit() -> None:
    """Check the invariants on the data; exit 1 when one is broken."""
    from shop.audit import RULES, findings  # noqa: PLC0415 - commands import what they run

    folder = _settings().data_dir
    found = list(findings(folder / "media" / "pictures", folder / "private"))
    for finding in found:
        click.echo(f"{finding.rule}: {finding.what}")
    click.echo(f"{len(RULES) + 2} rules, {len(found)} breaches")
    sys.exit(1 if found else 0)


@hirfa.command()
@click.argument("target", type=click.Path(path_type=Path), default=Path())
def backup(target: Path) -> None:
    """Write one archive of the database, the pictures and the key; the shop may stay open."""
    from shop import backup as archives  # noqa: PLC0415 - commands import what they run

    try:
        click.echo(archives.backup(load(), target))
    except archives.BackupError as error:
        raise click.ClickException(str(error)) from None


@hirfa.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path))
def restore(source: Path) -> None:
    """Put an archive into an empty deployment."""
    from shop import backup as archives  # noqa: PLC0415 - commands import what they run

    try:
        archives.restore(load(), source)
    except archives.BackupError as error:
        raise click.ClickException(str(error)) from None


def warnings(settings: Settings) -> list[str]:
    """Return what a deployment should mend before people rely on it."""
    found = []
    local = settings.base_url.startswith(("http://127.0.0.1", "http://localhost"))
    if not settings.https and not local:
        found.append("HIRFA_BASE_URL is plain HTTP: sign-in cookies would travel unprotected")
    if not settings.mail_url:
        found.append("HIRFA_MAIL_URL is empty: letters are written to the log only")
    if not settings.messenger_url:
        found.append("HIRFA_MESSENGER_URL is empty: text messages are written to the log only")
    return found


def _settings() -> Settings:
    settings: Settings = current_app.extensions["hirfa_settings"]
    return settings


def main() -> None:
    """Run the command; a wrong setting is a sentence, not a traceback."""
    try:
        hirfa()
    except SettingsError as error:
        click.echo(f"hirfa: {error}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
