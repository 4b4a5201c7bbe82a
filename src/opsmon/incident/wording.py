"""What is wrong, in a sentence, from the words of the conditions and what was measured."""

from opsmon.incident.incident import Incident
from opsmon.state.condition.rules import Rulebook
from opsmon.state.condition.wording import summary_of
from opsmon.state.plan import Limits


def device_called(name: str, title: str, language: str) -> str:
    """A device as people call it, with the name by which commands know it."""
    if not title or title == name:
        return name
    return f"{title}（{name}）" if language == "zh" else f"{title} ({name})"


def fault_words(
    incident: Incident, rulebook: Rulebook, limits: Limits, language: str, *, called: str | None = None
) -> str:
    """The fault in the words of the conditions (`zh` or English); the bare names where they have none.

    `called` is what the device is called in the sentence, if not by its name.
    """
    device = incident.device if called is None else called
    for rule in rulebook.rules:
        if rule.name == incident.condition:
            limits_here = limits.get(incident.device, {})
            return summary_of(rule, device, incident.subject, incident.value, limits_here, language)
    wording = rulebook.wording_of(incident.condition)
    if wording is None:
        return f"{device} {incident.condition} {incident.subject}".strip()
    facts = {"device": device, "subject": incident.subject, "detail": incident.detail}
    return wording.text(language, facts)
