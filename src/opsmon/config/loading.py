"""What every part of a load is handed: where, the environment, how strict, and the list of problems."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from opsmon.config.secret import FileSecrets
from opsmon.config.yaml.document import Document
from opsmon.config.yaml.problem import Problems


@dataclass(frozen=True, slots=True)
class Loading:
    """One load of one root. `drafts` are inventory files that are not written yet, by the path that they will have."""

    root: Path
    environ: Mapping[str, str]
    require_secrets: bool
    problems: Problems
    drafts: Mapping[Path, str] = field(default_factory=dict)

    def secrets(self, document: Document, owners: Mapping[int, FileSecrets] | None = None) -> FileSecrets:
        """Who opens the secrets of a document; `owners` open those that it took over from other documents."""
        return FileSecrets(document, self.environ, self.problems, owners or {}, required=self.require_secrets)

    def context(self, document: Document) -> dict[str, object]:
        """The validation context for the Specs of a document."""
        return self.secrets(document).context
