"""The states of a resource as the documentation shows them, drawn from the transition table itself."""

from __future__ import annotations

from larabill_provisioning.resources.states import TRANSITIONS, ResourceStatus


def mermaid() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {ResourceStatus.PENDING.name}"]
    lines += [f"    {state.name} --> {to.name}: {event.value}" for (state, event), to in TRANSITIONS.items()]
    lines.append(f"    {ResourceStatus.DEPROVISIONED.name} --> [*]")
    return "\n".join(lines)
