"""Data written as YAML that the reader of this room takes back as it was."""

import yaml

from opsmon.config.yaml.node import scalar_value


class _PlainDumper(yaml.SafeDumper):
    """Writes what our own reader reads: no anchors, quotes around text that it would take for a number
    and around line separators that YAML would fold."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def represent_text(self, text: str) -> yaml.ScalarNode:
        style = None if scalar_value(text) == text and text.isprintable() else '"'
        return self.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_PlainDumper.add_representer(str, _PlainDumper.represent_text)


def emit_yaml(data: object) -> str:
    """YAML that our own reader reads back to equal data."""
    text: str = yaml.dump(
        data, Dumper=_PlainDumper, allow_unicode=True, sort_keys=False, default_flow_style=None, width=110
    )
    return text
