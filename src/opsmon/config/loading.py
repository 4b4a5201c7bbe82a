"""What every part of a load is handed: where, the environment, how strict, and the list of problems."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from opsmon.config.document import Document
from opsmon.config.problem import Problems
from opsmon.config.secret import FileSecrets


@dataclass(frozen=True, slots=True)
class Loading:
    """One load of one root."""

    root: Path
    environ: Mapping[str, str]
    require_secrets: bool
    problems: Problems

    def secrets(self, document: Document) -> FileSecrets:
        """Who opens the secrets of a document."""
        return FileSecrets(document, self.environ, self.problems, required=self.require_secrets)

    def context(self, document: Document) -> dict[str, object]:
        """The validation context for the Specs of a document."""
        return self.secrets(document).context
