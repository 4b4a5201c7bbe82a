"""One device read once: log in, raise the rights, turn the paging off, show the configuration, ask who is logged in.

What comes back still holds secrets; it is scrubbed before it goes anywhere. What a failure left is carried along, for
inspection, scrubbed too.
"""

from collections.abc import Callable

from opsmon.backup.device.captured import Capture, CaptureError
from opsmon.backup.device.connection import Line, open_line
from opsmon.backup.device.dialogue import Dialogue
from opsmon.backup.device.file_copy import fetch_files
from opsmon.backup.device.silence import no_more_came, session_ended
from opsmon.backup.device.terminal import render
from opsmon.backup.device.watched_channel import CutError, StallError
from opsmon.backup.proof.comparison import Likeness
from opsmon.backup.proof.configuration import author_of, kept_of
from opsmon.backup.proof.encoding import Decoded, decoded
from opsmon.backup.proof.proof import Evidence, error_line
from opsmon.backup.proof.volatile import log_message_in
from opsmon.backup.recipe import Recipe, Transport
from opsmon.backup.text_work import TextWork
from opsmon.errors import BackupError
from opsmon.model.device import Device
from opsmon.protocol.host_keys import HostKeyPins

MAX_USERS = 20
Judge = Callable[[str], Likeness]
MAX_READINGS = 3  # while messages of the log stand in the text


def read_device(device: Device, recipe: Recipe, pins: HostKeyPins, likeness: Judge, work: TextWork) -> Capture:
    """The configuration of a device, not proved yet. Raises CaptureError with the reason in words."""
    own_login = recipe.login == "own" or recipe.transport is Transport.SFTP
    try:
        with open_line(device, pins, own_login=own_login) as line:
            if recipe.transport is Transport.SFTP:
                return _of_files(fetch_files(line.client, recipe.files, recipe.longest_s), device, recipe, work)
            return _converse(line, device, recipe, likeness, work)
    except CaptureError:
        raise
    except CutError as error:
        raise CaptureError(error.args[0]) from None
    except BackupError as error:
        raise CaptureError(error.words) from None


def _of_files(said: str, device: Device, recipe: Recipe, work: TextWork) -> Capture:
    came = work.do(len(said), decoded, said)
    kept = work.do(len(said), kept_of, came, recipe)
    return Capture(Evidence(kept.text, "", device.name), came, kept)


def _converse(line: Line, device: Device, recipe: Recipe, likeness: Judge, work: TextWork) -> Capture:
    access = device.ssh
    dialogue = Dialogue(line.channel, recipe, work, access.username if access else "")
    try:
        dialogue.greet()
        dialogue.enable(access.enable if access else None)
        for command in recipe.setup:
            dialogue.run(command)  # refused for lack of rights, unknown: no harm, the pager is answered anyway
        return _read(dialogue, recipe, likeness)
    except CutError:
        reason = session_ended(dialogue.partial, dialogue.doing)
    except StallError:
        reason = no_more_came(recipe, dialogue.doing, dialogue.partial)
    except BackupError as error:
        reason = error.words
    raise CaptureError(reason, _shown(dialogue.partial, work))


def _shown(partial: str, work: TextWork) -> str:
    """What came, as it looks on a screen; nothing where even that takes too long."""
    try:
        return work.do(len(partial), render, partial)
    except BackupError:
        return ""


def _read(dialogue: Dialogue, recipe: Recipe, likeness: Judge) -> Capture:
    command, came = _first_understood(dialogue, recipe)
    came, logged = _undisturbed(dialogue, command, came)
    work, chars = dialogue.work, len(came.text)
    kept = work.do(chars, kept_of, came, recipe)
    like = likeness(kept.text)
    twice = recipe.twice or like is Likeness.SECRETS
    again = _undisturbed(dialogue, command, _answer(dialogue, command))[0] if twice else None
    users = _users(dialogue, recipe, came.text) if like is not Likeness.SAME else ""
    dialogue.send(recipe.quit + "\n")
    second = work.do(len(again.text), kept_of, again, recipe).text if again is not None else None
    evidence = Evidence(kept.text, came.text, dialogue.host, second, logged=logged)
    return Capture(evidence, came, kept, users)


def _answer(dialogue: Dialogue, command: str) -> Decoded:
    said = dialogue.run(command)
    return dialogue.work.do(len(said), decoded, said)


def _undisturbed(dialogue: Dialogue, command: str, came: Decoded) -> tuple[Decoded, str]:
    """A reading without a message of the device's log, if one can be had; else the last one, and the message."""
    for _ in range(MAX_READINGS - 1):
        if not _logged_in(dialogue, came):
            return came, ""
        came = _answer(dialogue, command)
    return came, _logged_in(dialogue, came)


def _logged_in(dialogue: Dialogue, came: Decoded) -> str:
    return dialogue.work.do(len(came.text), log_message_in, came.text)


def _users(dialogue: Dialogue, recipe: Recipe, text: str) -> str:
    """Who changed it last, and who is logged in, as far as the device says so."""
    author = dialogue.work.do(len(text), author_of, text, recipe)
    said = _answer(dialogue, recipe.users).text if recipe.users else ""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    logged_in = [] if _refused(dialogue, said) else lines[:MAX_USERS]
    return "\n".join(([f"last changed by {author}"] if author else []) + logged_in)


def _first_understood(dialogue: Dialogue, recipe: Recipe) -> tuple[str, Decoded]:
    """The first of the commands that the device knows, and its output; else the last one and its error."""
    command, came = "", Decoded("")
    for command in recipe.commands:
        came = _answer(dialogue, command)
        if came.text.count("\n") >= recipe.least_lines or not _refused(dialogue, came.text):
            break
    return command, came


def _refused(dialogue: Dialogue, said: str) -> str:
    """The error that the device answered with; empty where there is none."""
    return dialogue.work.do(len(said), error_line, said, dialogue.recipe)
