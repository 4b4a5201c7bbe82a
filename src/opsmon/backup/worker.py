"""The work of one thread: read a device, prove what came, scrub it. Never raises: a failure is an outcome.

The one broad `except` of the room is here. A traceback is logged scrubbed: it may quote what a device said.
"""

import logging
import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from opsmon.backup.device.captured import Capture, CaptureError
from opsmon.backup.outcome import FailedCapture, Taken
from opsmon.backup.proof.comparison import CopyComparison, Likeness, masked
from opsmon.backup.proof.configuration import hostname_of
from opsmon.backup.proof.encoding import decoded, noted, stored
from opsmon.backup.proof.proof import Evidence, LastGood, refusal_of
from opsmon.backup.recipe import Recipe, RecipeBook
from opsmon.backup.repository.repository import Repository
from opsmon.backup.secrecy.scrub import Scrubber
from opsmon.backup.secrecy.sealing import Sealer
from opsmon.backup.status import BackupStatus, BackupStatuses, file_stem
from opsmon.backup.text_work import WORK_S, TextWork
from opsmon.clock import Clock
from opsmon.errors import BackupError, OpsmonError
from opsmon.model.device import Device
from opsmon.model.secret import Secret
from opsmon.process_pool import BoundedPool
from opsmon.protocol.host_keys import HostKeyPins
from opsmon.text.bilingual import Sentence, in_both

_UNDECODED = re.compile("[\x00-\x7f\udc80-\udcff]+")
log = logging.getLogger(__name__)


def path_of(device: Device) -> str:
    """Where the configuration of a device is kept: one folder a site, one file a device."""
    return f"{file_stem(device.site)}/{file_stem(device.name)}.cfg"


@dataclass(frozen=True, slots=True)
class Worker:
    """Everything that a thread needs; shared by all of them."""

    recipes: RecipeBook
    repository: Repository
    standings: BackupStatuses
    scrubber: Scrubber
    sealer: Sealer
    pins: HostKeyPins
    clock: Clock
    pool: BoundedPool
    work_s: float = WORK_S
    accept: bool = False

    def take(self, device: Device) -> Taken | FailedCapture:
        """One device, whatever happens."""
        began = time.monotonic()
        scrubber, work, reason, quarantine = self.scrubber, TextWork(self.pool, self.work_s), "", ""
        try:
            scrubber = scrubber.knowing(secrets_of(device))
            return self._taken(device, scrubber, work, began)
        except CaptureError as error:
            reason, quarantine = error.words, error.partial
        except OpsmonError as error:
            reason = error.words
        except Exception as error:  # noqa: BLE001 - whatever one device brings about, the others are read
            log.error("backup of %s: %s", device.name, scrubber.scrub(traceback.format_exc()))
            reason = Sentence(
                f"an internal error of opsmon ({type(error).__name__}); see the log",
                f"opsmon 内部错误（{type(error).__name__}），详见运行日志",
            )
        took_s = time.monotonic() - began
        quarantine = _quarantined(work, _plain, scrubber, quarantine)
        return FailedCapture(device, self.clock.now(), _plain_words(scrubber, reason), quarantine, took_s)

    def _taken(self, device: Device, scrubber: Scrubber, work: TextWork, began: float) -> Taken | FailedCapture:
        from opsmon.backup.device.capture import read_device

        recipe = self._recipe(device)
        standing = self.standings.of(device)
        wanted = device.ssh.hostnames if device.ssh else ()
        last = self.repository.read(standing.path or path_of(device))
        was_good = standing.good_at is not None
        known = CopyComparison(recipe, last, standing.digest, was_good, scrubber.scrub, wanted)
        reading = _Reading(scrubber, known, work)
        capture = read_device(device, recipe, self.pins, reading.likeness, work)
        evidence = reading.without_salts(capture.evidence)
        good = LastGood(standing.hostname, standing.chars)
        chars = max(len(evidence.output), len(evidence.text))
        reason = work.do(chars, refusal_of, evidence, recipe, wanted, good, accept=self.accept)
        took_s = time.monotonic() - began
        if reason:
            quarantine = _quarantined(work, _shown, scrubber, evidence.output or evidence.text)
            return FailedCapture(device, self.clock.now(), _shown_words(scrubber, reason), quarantine, took_s)
        return self._kept(device, replace(capture, evidence=evidence), reading, standing, took_s)

    def _kept(
        self, device: Device, capture: Capture, reading: "_Reading", standing: BackupStatus, took_s: float
    ) -> Taken:
        recipe, text, known = self._recipe(device), capture.evidence.text, reading.known
        others = capture.kept.others
        places = reading.work.do(len(text) * len(others), reading.scrubber.places, text, others)
        kept, escaped = reading.kept(text)
        like = reading.likeness(text)
        salted = like is Likeness.SECRETS and capture.evidence.salted
        in_place = standing.path in ("", path_of(device)) and self._has_original(device)
        is_stored = in_place and (salted or known.is_stored(kept))
        return Taken(
            device=device,
            at=self.clock.now(),
            text=known.text if salted and known.text is not None else kept,
            sealed=self.sealer.seal(capture.came.raw) if self.sealer.seals and not is_stored else None,
            chars=len(text),
            hostname=hostname_of(known.text if is_stored and known.text else text, recipe)
            or capture.evidence.prompt_host,
            encoding=capture.kept.encoding,
            recipe=recipe.name,
            users=_shown(reading.scrubber, capture.users).strip(),
            changed=like is not Likeness.SAME and not salted,
            took_s=took_s,
            first=like is Likeness.FIRST,
            stored=is_stored,
            digest=standing.digest if salted else known.digest_of(kept),
            encoding_note=noted(places, escaped),
        )

    def _has_original(self, device: Device) -> bool:
        """Whether the sealed original is there, where there is to be one."""
        return not self.sealer.seals or f"{path_of(device)}.age" in self.repository.files()

    def _recipe(self, device: Device) -> Recipe:
        recipe = self.recipes.recipe_for(device)
        if recipe is None:
            raise CaptureError(
                Sentence(
                    "no profile says how this platform's configuration is read (`backup:` in probes/)",
                    "没有模板说明该平台的配置如何读取（probes/ 中的 `backup:`）",
                )
            )
        return recipe


class _Reading:
    """One reading of one device against its last copy; the text is scrubbed once."""

    def __init__(self, scrubber: Scrubber, known: CopyComparison, work: TextWork) -> None:
        self.scrubber, self.known, self.work = scrubber, known, work
        self._kept: tuple[str, str, tuple[int, ...]] = ("", "", ())
        self._like: tuple[str, Likeness] | None = None

    def kept(self, text: str) -> tuple[str, tuple[int, ...]]:
        """The text as it is stored, and its lines that hold bytes of no encoding."""
        if self._kept[0] != text:
            self._kept = (text, *self.work.do(len(text), _scrubbed, self.scrubber, text))
        return self._kept[1:]

    def likeness(self, text: str) -> Likeness:
        if self._like is None or self._like[0] != text:
            kept = self.kept(text)[0]
            self._like = (text, self.work.do(max(len(kept), len(self.known.text or "")), self.known.likeness, kept))
        return self._like[1]

    def without_salts(self, evidence: Evidence) -> Evidence:
        """Two readings that differ in secrets alone are alike: no cut and no error makes such a difference."""
        if evidence.again in (None, evidence.text) or not self._is_salted(evidence):
            return evidence
        return replace(evidence, again=evidence.text, salted=True)

    def _is_salted(self, evidence: Evidence) -> bool:
        second = evidence.again or ""
        again = self.work.do(len(second), _scrubbed, self.scrubber, second)[0]
        return masked(again) == masked(self.kept(evidence.text)[0])


def _scrubbed(scrubber: Scrubber, text: str) -> tuple[str, tuple[int, ...]]:
    """The text as it is stored, and its lines that hold bytes of no encoding."""
    return stored(scrubber.scrub(text))


def _shown(scrubber: Scrubber, text: str) -> str:
    """What a device said, decoded already, without its secrets, as plain UTF-8."""
    return _scrubbed(scrubber, text)[0]


def _plain(scrubber: Scrubber, said: str) -> str:
    """The same of what is not decoded yet."""
    return _shown(scrubber, decoded(said).text)


def _shown_words(scrubber: Scrubber, words: str) -> str:
    """A reason that may quote what a device said; of a sentence both languages."""
    return in_both(words, partial(_shown, scrubber))


def _plain_words(scrubber: Scrubber, words: str) -> str:
    """The same of what is not decoded yet; our own Chinese beside it is no octets of a device."""
    return in_both(words, lambda text: _shown(scrubber, _UNDECODED.sub(lambda run: decoded(run[0]).text, text)))


def _quarantined(work: TextWork, show: Callable[[Scrubber, str], str], scrubber: Scrubber, said: str) -> str:
    """What is put aside for inspection; nothing where to take its secrets out takes too long."""
    try:
        return work.do(len(said), show, scrubber, said)
    except BackupError:
        return ""


def secrets_of(device: Device) -> list[str]:
    """The secrets that the inventory holds of a device: they are hidden wherever the device repeats them."""
    return [text for _, secret in device.secrets() if (text := _revealed(secret))]


def _revealed(secret: Secret) -> str:
    """Its text; nothing where the reference leads nowhere, which is told when the secret is wanted for a login."""
    try:
        return secret.reveal()
    except OpsmonError:
        return ""
