"""The page `docs/reference/cli.md`, made from the commands themselves: `python -m larabill_cli.reference`."""

from __future__ import annotations

from collections.abc import Iterator

import click

from larabill_cli.main import main

HEAD = """# The command line

Generated from the commands themselves; a test holds it in step. Each command has `--json`; what goes wrong is told on
stderr, and [exit codes](errors.md#exit-codes-of-the-command-line) say what kind of thing it was.
"""


def page() -> str:
    """The whole page, as Markdown."""
    root = click.Context(main, info_name="larabill")
    return "\n".join([HEAD, *_command(main, root, level=2)]).rstrip() + "\n"


def _command(command: click.Command, context: click.Context, *, level: int) -> Iterator[str]:
    yield f"{'#' * level} {context.command_path}\n"
    # click's own words in one long line each: `\b` paragraphs do not occur here
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")) + "\n"
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```\n"
    options = [each for each in command.params if isinstance(each, click.Option)]
    if options:
        yield "\n".join(["| option | |", "|---|---|", *map(_row, options)]) + "\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                inner = click.Context(found, info_name=name, parent=context)
                yield from _command(found, inner, level=min(level + 1, 4))


def _row(option: click.Option) -> str:
    """Our own form and not click's, which differs between its releases."""
    name, texts = ", ".join(option.opts), [option.help or ""]
    if not option.is_flag:
        name += f" {option.metavar or (option.name or '').upper()}"
    if isinstance(option.type, click.Choice):
        texts.append(f"One of: {', '.join(option.type.choices)}.")
    if option.show_default and option.default is not None:
        texts.append(f"Default: {option.default}.")
    return f"| `{name}` | {' '.join(filter(None, texts))} |"


if __name__ == "__main__":
    click.echo(page(), nl=False)
