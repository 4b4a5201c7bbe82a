"""The work of one thread: read a device, prove what came, scrub it. Never raises: a failure is an outcome.

The one broad `except` of the room is here. A traceback is logged scrubbed: it may quote what a device said.
"""

import logging
import time
import traceback
from dataclasses import dataclass

from opsmon.backup.capture import Capture, CaptureError, read_device
from opsmon.backup.configuration import comparable, hostname_of
from opsmon.backup.outcome import Refused, Taken
from opsmon.backup.proof import LastGood, refusal_of
from opsmon.backup.recipe import Recipe, RecipeBook
from opsmon.backup.repository import Repository
from opsmon.backup.scrub import Scrubber
from opsmon.backup.sealing import Sealer
from opsmon.backup.standing import Standings, file_stem
from opsmon.clock import Clock
from opsmon.errors import OpsmonError
from opsmon.model.device import Device
from opsmon.model.secret import Secret
from opsmon.probe.host_key import HostKeyPins

log = logging.getLogger(__name__)


def path_of(device: Device) -> str:
    """Where the configuration of a device is kept: one folder a site, one file a device."""
    return f"{file_stem(device.site)}/{file_stem(device.name)}.cfg"


@dataclass(frozen=True, slots=True)
class Worker:
    """Everything that a thread needs; shared by all of them."""

    recipes: RecipeBook
    repository: Repository
    standings: Standings
    scrubber: Scrubber
    sealer: Sealer
    pins: HostKeyPins
    clock: Clock
    accept: bool = False

    def take(self, device: Device) -> Taken | Refused:
        """One device, whatever happens."""
        began = time.monotonic()
        scrubber, reason, aside = self.scrubber, "", ""
        try:
            scrubber = scrubber.knowing(secrets_of(device))
            return self._taken(device, scrubber, began)
        except CaptureError as error:
            reason, aside = str(error), error.partial
        except OpsmonError as error:
            reason = str(error)
        except Exception as error:  # noqa: BLE001 - whatever one device brings about, the others are read
            log.error("backup of %s: %s", device.name, scrubber.scrub(traceback.format_exc()))
            reason = f"a mistake of opsmon's own ({type(error).__name__}); the log has it"
        took_s = time.monotonic() - began
        return Refused(device, self.clock.now(), scrubber.scrub(reason), scrubber.scrub(aside), took_s)

    def _taken(self, device: Device, scrubber: Scrubber, began: float) -> Taken | Refused:
        recipe = self._recipe(device)
        standing = self.standings.load(device.name, device.site)
        last = self.repository.read(standing.path or path_of(device))
        known = comparable(last, recipe) if last is not None else None

        def is_other(text: str) -> bool:
            return comparable(scrubber.scrub(text), recipe) != known

        capture = read_device(device, recipe, self.pins, is_other)
        wanted = device.ssh.hostname or "" if device.ssh else ""
        good = LastGood(standing.hostname, standing.chars)
        reason = refusal_of(capture.evidence, recipe, wanted, good, accept=self.accept)
        took_s = time.monotonic() - began
        if reason:
            aside = capture.evidence.output or capture.evidence.text
            return Refused(device, self.clock.now(), scrubber.scrub(reason), scrubber.scrub(aside), took_s)
        return self._kept(device, capture, scrubber, known, took_s)

    def _kept(self, device: Device, capture: Capture, scrubber: Scrubber, known: str | None, took_s: float) -> Taken:
        recipe, text = self._recipe(device), capture.evidence.text
        scrubbed = scrubber.scrub(text)
        changed = comparable(scrubbed, recipe) != known
        return Taken(
            device=device,
            at=self.clock.now(),
            text=scrubbed,
            sealed=self.sealer.seal(text) if changed else None,
            chars=len(text),
            hostname=hostname_of(text, recipe) or capture.evidence.prompt_host,
            encoding=capture.encoding,
            recipe=recipe.name,
            users=scrubber.scrub(capture.users).strip(),
            changed=changed,
            took_s=took_s,
        )

    def _recipe(self, device: Device) -> Recipe:
        recipe = self.recipes.recipe_for(device)
        if recipe is None:
            raise CaptureError("no profile says how this platform's configuration is read (`backup:` in probes/)")
        return recipe


def secrets_of(device: Device) -> list[str]:
    """The secrets that the inventory holds of a device: they are hidden wherever the device repeats them."""
    ssh, snmp = device.ssh, device.snmp
    found: list[Secret | None] = [ssh.password, ssh.enable] if ssh else []
    if snmp:
        found += [snmp.community, snmp.auth.key if snmp.auth else None, snmp.priv.key if snmp.priv else None]
    return [text for secret in found if secret is not None and (text := _revealed(secret))]


def _revealed(secret: Secret) -> str:
    """Its text; nothing where the reference leads nowhere, which is told when the secret is wanted for a login."""
    try:
        return secret.reveal()
    except OpsmonError:
        return ""
