"""The states of a resource as a page of the documentation, drawn from the transition table itself."""

from __future__ import annotations

from larabill_provisioning.resources.states import TRANSITIONS, ResourceStatus


def mermaid() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {ResourceStatus.PENDING.name}"]
    lines += [f"    {state.name} --> {to.name}: {event.value}" for (state, event), to in TRANSITIONS.items()]
    lines.append(f"    {ResourceStatus.DEPROVISIONED.name} --> [*]")
    return "\n".join(lines)


def page() -> str:
    """The page `docs/reference/resource-states.md`, whole."""
    rows = [f"| {state.value} | {event.value} | {to.value} |" for (state, event), to in TRANSITIONS.items()]
    table = "\n".join(["| state | event | next state |", "|---|---|---|", *rows])
    return (
        "# States of a resource\n\n"
        "Generated from `larabill_provisioning.resources.states`; a test holds it in step.\n\n"
        f"```mermaid\n{mermaid()}\n```\n\n{table}\n"
    )
