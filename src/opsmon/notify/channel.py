"""A way out to people: where it leads, in which format, and how long we wait there."""

from dataclasses import dataclass

from opsmon.model.secret import Secret


@dataclass(frozen=True, slots=True)
class Channel:
    """`url` may hold a key, so it does not show itself; `secret` signs what is sent; `timeout_s` bounds one attempt,
    from the look-up of the name to the status of the answer. `counts`: what it accepts is a notice of the fault."""

    name: str
    url: Secret
    format: str = "alertmanager"
    secret: Secret | None = None
    timeout_s: float = 10.0
    counts: bool = False
