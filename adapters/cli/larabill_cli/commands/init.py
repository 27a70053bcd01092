"""`larabill init`: the first three files."""

from __future__ import annotations

import os
from pathlib import Path

import click

from larabill_cli.output import emit
from larabill_cli.session import Session, json_option, pass_session
from larabill_core.errors import ConfigurationError, Faults

SAMPLES = Path(__file__).parents[1] / "samples"
MANIFEST, CATALOG, KEYS = "larabill.toml", "catalog.toml", "larabill.keys"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@json_option
@pass_session
def init(session: Session, folder: Path) -> None:
    """Write a commented larabill.toml, a catalog.toml and a key file into FOLDER.

    Nothing is ever overwritten. The key file has mode 0600.
    """
    from larabill_core.keyring import KeyRing

    _check_free(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # the keys first: they are the one file that must not be written twice
        KeyRing.generate_file(folder / KEYS)
        for name in (MANIFEST, CATALOG):
            _write_new(folder / name, (SAMPLES / name).read_text(encoding="utf-8"))
    except OSError as problem:
        raise ConfigurationError.one(str(folder), f"cannot be written to: {problem.strerror}") from problem
    written = [str(folder / name) for name in (MANIFEST, CATALOG, KEYS)]
    if session.json:
        emit({"written": written})
        return
    for name in written:
        click.echo(f"wrote {name}")
    click.echo(
        "\nNext: put your name into larabill.toml, then\n"
        "  larabill migrate\n  larabill catalog load catalog.toml\n  larabill doctor\n\n"
        "Keep a copy of the key file apart from the database's backups: without it no stored secret can be read."
    )


def _check_free(folder: Path) -> None:
    faults = Faults()
    for name in (MANIFEST, CATALOG, KEYS):
        if os.path.lexists(folder / name):
            faults.add(str(folder / name), "exists already, and is never overwritten", remedy="move it away first")
    faults.raise_if_any(ConfigurationError)


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
