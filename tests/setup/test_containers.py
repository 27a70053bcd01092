"""docker/compose.yml opens nothing to the network and has no default password."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "docker" / "compose.yml").read_text()
EXAMPLE = dict(
    line.partition("=")[::2]
    for line in (ROOT / ".env.example").read_text().splitlines()
    if "=" in line and not line.startswith("#")
)


def test_every_port_is_bound_to_loopback() -> None:
    ports = re.findall(r'"([\d.:]+)"', " ".join(re.findall(r"ports: \[(.*)\]", COMPOSE)))
    assert ports
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_every_variable_is_required_and_in_the_example() -> None:
    used = re.findall(r"(?<!\$)\$\{(\w+)([^}]*)\}", COMPOSE)
    assert used
    assert [name for name, rest in used if not rest.startswith(":?") or name not in EXAMPLE] == []


def test_the_example_holds_no_secret() -> None:
    assert {name: value for name, value in EXAMPLE.items() if "PASSWORD" in name and value} == {}


def test_every_image_has_a_version() -> None:
    images = re.findall(r"image: (\S+)", COMPOSE)
    assert images
    assert [image for image in images if not re.search(r":\D*\d", image)] == []
