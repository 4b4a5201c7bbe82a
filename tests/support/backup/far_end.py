"""Command lines of devices at the far end of an SSH session: they behave as VRP, Comware, IOS and others do, or badly.

One thread runs an asyncio loop with asyncssh servers; each device listens on a port of its own. What a device says is
made here, nothing of opsmon is replaced.
"""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import asyncssh

USER, PASSWORD, ENABLE = "backup", "planted-login-password", "planted-enable-password"


@dataclass(frozen=True)
class Manners:
    """How a device behaves. The defaults are a well-behaved VRP switch."""

    make: str = "vrp"
    host: str = "core-1"
    config: str = ""
    prompt: str = ""  # made of the make and the host unless given
    banner: str = ""
    question: str = ""  # asked after the login; anything but `n` saves the configuration
    page_lines: int = 0  # 0: no paging
    refuses_setup: bool = False  # then paging cannot be turned off
    needs_enable: bool = False
    cut_after_chars: int | None = None
    stall_after_chars: int | None = None
    stall_at_login: bool = False
    delay_s: float = 0.0  # before each answer
    chunk: int = 0  # a slow link: so many characters at a time
    chunk_delay_s: float = 0.0
    view_prompt: str = ""  # the prompt that comes after the first command
    error: str = ""  # instead of the configuration
    users: str = (
        "  User-Intf    Delay    Type   Network Address     Username\n"
        "  34  VTY 0   00:00:00  SSH    192.0.2.77    liming\n"
    )
    prompt_pieces: tuple[str | float, ...] = ()  # texts, and seconds between them
    banner_pieces: tuple[str | float, ...] = ()
    endless: str = ""  # said again and again instead of the configuration
    endless_banner: str = ""  # said again and again after the login
    farewell: str = ""  # said after the login; then it hangs up
    pager: str = ""  # instead of the make's own
    wipe: str | None = None  # what it writes over the pager; nothing is possible, too
    swallows: int = 0  # so many lines are lost before the first prompt
    root_shell: str = ""  # the prompt before `cli` is typed (Junos)
    supers: bool = False  # `super` and a password show the configuration; the prompt stays the same
    thinks_s: float = 0.0  # before the first line of the configuration
    password: str = PASSWORD
    encoding: str = "utf-8"


SHOW = {
    "vrp": ("display current-configuration", "screen-length 0 temporary", "display users", "---- More ----"),
    "comware": ("display current-configuration", "screen-length disable", "display users", "---- More ----"),
    "ios": ("show running-config", "terminal length 0", "show users", " --More-- "),
    "nxos": ("show running-config", "terminal length 0", "show users", "--More--"),
    "asa": ("more system:running-config", "terminal pager 0", "show ssh sessions", "<--- More --->"),
    "forti": ("show full-configuration", "", "get system admin list", "--More-- "),
    "junos": ("show configuration", "set cli screen-length 0", "show system users", "---(more)---"),
    "gaia": ("show configuration", "set clienv rows 0", "", "-- More --"),
    "panos": ("show config running", "set cli pager off", "", "lines 1-24"),
    "procurve": (
        "show running-config",
        "no page",
        "",
        "-- MORE --, next page: Space, next line: Enter, quit: Control-C",
    ),
    "iosxr": ("show running-config", "terminal length 0", "show users", " --More-- "),
}
# What a pager writes over itself once a key was pressed.
ERASE = {
    "vrp": "\x1b[42D" + " " * 42 + "\x1b[42D",
    "comware": "\x1b[16D" + " " * 16 + "\x1b[16D",
    "ios": "\b" * 10 + " " * 10 + "\b" * 10,
    "nxos": "\r" + " " * 8 + "\r",
    "asa": "\r" + " " * 14 + "\r",
    "forti": "\r" + " " * 9 + "\r",
    "junos": "\r" + " " * 40 + "\r",
}
UNKNOWN = {
    "vrp": "                 ^\nError: Unrecognized command found at '^' position.\n",
    "comware": "                 ^\n % Unrecognized command found at '^' position.\n",
    "ios": "                 ^\n% Invalid input detected at '^' marker.\n\n",
    "forti": "command parse error before 'x'\nCommand fail. Return code -61\n",
    "junos": "           ^\nunknown command.\n",
    "gaia": "CLINFR0329  Invalid command:'x'.\n",
    "panos": "Unknown command: x\n",
    "procurve": "Invalid input: x\n",
}
PROMPTS = {
    "vrp": "<{}>", "comware": "<{}>", "forti": "{} # ", "junos": "ops@{}> ", "panos": "ops@{}(active)> ",
    "gaia": "{}:TACP-0> ", "procurve": "\x1b[24;1H\x1b[2K\x1b[24;1H\x1b[1;24r{}# \x1b[?25h",
    "iosxr": "RP/0/RSP0/CPU0:{}#",
}  # fmt: skip


@dataclass
class FarDevice:
    """One listening device. `manners` may be replaced while it runs; `said` is all that was typed to it.

    `{shown}` in its configuration becomes the number of times that it was shown.
    """

    manners: Manners
    port: int = 0
    said: list[str] = field(default_factory=list)
    saved: bool = False
    agreed: bool = False
    logins: int = 0
    shown: int = 0
    keys: set[str] = field(default_factory=set)  # that turned its pages


class _Server(asyncssh.SSHServer):
    def __init__(self, device: FarDevice) -> None:
        self._device = device

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return username == USER and password == self._device.manners.password


class _Shell:
    """One session, from the banner to the end."""

    def __init__(self, device: FarDevice, process: "asyncssh.SSHServerProcess[str]") -> None:
        self._device, self._process, self._manners = device, process, device.manners
        self._enabled = not (self._manners.needs_enable or self._manners.supers or self._manners.root_shell)
        self._paging = self._manners.page_lines > 0
        self._commands = 0

    @property
    def _prompt(self) -> str:
        manners = self._manners
        if manners.root_shell and not self._enabled:
            return manners.root_shell
        if manners.view_prompt and self._commands:
            return manners.view_prompt
        pattern = manners.prompt or PROMPTS.get(manners.make, "{}#" if self._enabled else "{}>")
        return pattern.format(manners.host)

    async def serve(self) -> None:
        manners = self._manners
        self._device.logins += 1
        if manners.stall_at_login:
            await asyncio.Event().wait()
        await self._write_pieces(manners.banner_pieces)
        await self._write(manners.banner)
        while manners.endless_banner:
            await self._write(manners.endless_banner)
        if manners.farewell:
            await self._write(manners.farewell)
            await self._process.stdout.drain()
            self._process.exit(1)
            return
        for _ in range(manners.swallows):
            await self._line()
        if manners.question:
            await self._write(manners.question)
            answer = (await self._line()).strip().lower()
            self._device.saved = answer != "n"
            self._device.agreed = answer.startswith("y")
        await self._write("\n")
        await self._show_prompt()
        while True:
            command = (await self._line()).strip()
            self._device.said.append(command)
            await asyncio.sleep(manners.delay_s)
            await self._write(command + "\n")
            if command in ("quit", "exit"):
                self._process.exit(0)
                return
            await self._answer(command)
            self._commands += bool(command)
            await self._show_prompt()

    async def _show_prompt(self) -> None:
        await self._write_pieces(self._manners.prompt_pieces or (self._prompt,))

    async def _write_pieces(self, pieces: tuple[str | float, ...]) -> None:
        for piece in pieces:
            if isinstance(piece, str):
                await self._write(piece)
            else:
                await asyncio.sleep(piece)

    async def _answer(self, command: str) -> None:
        show, setup, users, _ = SHOW[self._manners.make]
        if command == show and self._enabled:
            await self._show()
        elif command == setup:
            if self._manners.refuses_setup:
                await self._write(UNKNOWN.get(self._manners.make, UNKNOWN["ios"]))
            else:
                self._paging = False
        elif command == users:
            await self._write(self._manners.users)
        elif command == "cli" and self._manners.root_shell:
            self._enabled = True
        elif command == "super" and self._manners.supers:
            await self._write(" Password:")
            self._enabled = (await self._line()).strip() == ENABLE
            await self._write(
                "\nUser privilege level is 3.\n" if self._enabled else "\n Error: Failed to authenticate.\n"
            )
        elif command == "enable" and self._manners.needs_enable:
            await self._write("Password: ")
            self._enabled = (await self._line()).strip() == ENABLE
            await self._write("\n" if self._enabled else "\n% Bad secrets\n\n")
        elif command:
            await self._write(UNKNOWN.get(self._manners.make, UNKNOWN["ios"]))

    async def _show(self) -> None:
        manners = self._manners
        if manners.error:
            await self._write(manners.error)
            return
        self._device.shown += 1
        while manners.endless:
            await self._write(manners.endless)
        await asyncio.sleep(manners.thinks_s)
        config = manners.config.replace("{shown}", str(self._device.shown))
        limit = manners.cut_after_chars if manners.cut_after_chars is not None else manners.stall_after_chars
        text = config if limit is None else config[:limit]
        await self._pages(text)
        if manners.cut_after_chars is not None:
            await self._process.stdout.drain()
            self._process.channel.get_connection().abort()
            await asyncio.Event().wait()
        if manners.stall_after_chars is not None:
            await asyncio.Event().wait()

    async def _pages(self, text: str) -> None:
        if not self._paging:
            await self._write(text)
            return
        lines = text.splitlines(keepends=True)
        pager = self._manners.pager or SHOW[self._manners.make][3]
        erase = ERASE[self._manners.make] if self._manners.wipe is None else self._manners.wipe
        for start in range(0, len(lines), self._manners.page_lines):
            await self._write("".join(lines[start : start + self._manners.page_lines]))
            if start + self._manners.page_lines < len(lines):
                await self._write(("  " if self._manners.make == "vrp" else "") + pager)
                key = await self._process.stdin.readexactly(1)
                self._device.keys.add(key)
                await self._write(erase)

    async def _line(self) -> str:
        line = await self._process.stdin.readline()
        if not line:
            raise ConnectionError
        return str(line)

    async def _write(self, text: str) -> None:
        raw = text.replace("\n", "\r\n")
        size = self._manners.chunk or 200_000
        for start in range(0, len(raw), size):
            self._process.stdout.write(raw[start : start + size])
            await self._process.stdout.drain()
            if self._manners.chunk_delay_s:
                await asyncio.sleep(self._manners.chunk_delay_s)


# What a device of 2008 offers.
WEAK: Mapping[str, Any] = {"kex_algs": "diffie-hellman-group14-sha1", "encryption_algs": "aes128-cbc"}


class FarEnd:
    """The thread with the servers."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._servers: list[asyncssh.SSHAcceptor] = []
        self._thread.start()

    def device(
        self, manners: Manners, *, port: int = 0, key: asyncssh.SSHKey | None = None, weak: bool = False
    ) -> FarDevice:
        """A device that listens."""
        device = FarDevice(manners)
        asyncio.run_coroutine_threadsafe(self._listen(device, port, key, WEAK if weak else {}), self._loop).result(20)
        return device

    async def _listen(
        self, device: FarDevice, port: int, key: asyncssh.SSHKey | None, algorithms: Mapping[str, Any]
    ) -> None:
        async def handle(process: "asyncssh.SSHServerProcess[str]") -> None:
            with contextlib.suppress(
                asyncio.CancelledError, ConnectionError, asyncssh.Error, asyncio.IncompleteReadError
            ):
                await _Shell(device, process).serve()

        server = await asyncssh.listen(
            "127.0.0.1", port, server_factory=lambda: _Server(device), process_factory=handle, line_editor=False,
            server_host_keys=[key or asyncssh.generate_private_key("ssh-ed25519")], encoding=device.manners.encoding,
            **algorithms,
        )  # fmt: skip
        self._servers.append(server)
        device.port = server.get_port()

    def close(self) -> None:
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


@contextlib.contextmanager
def far_end() -> Iterator[FarEnd]:
    end = FarEnd()
    try:
        yield end
    finally:
        end.close()


def vrp_config(host: str = "core-1", interfaces: int = 30, extra: str = "") -> str:
    """A configuration as VRP shows it."""
    body = "".join(
        f"interface GigabitEthernet0/0/{n}\n port link-type access\n port default vlan {n}\n#\n"
        for n in range(1, interfaces)
    )
    return f"!Software Version V200R019C10SPC500\n#\nsysname {host}\n#\n{extra}{body}return\n"


def ios_config(host: str = "edge-1", interfaces: int = 30, extra: str = "", clock: str = "10:00:00") -> str:
    """A configuration as IOS shows it."""
    body = "".join(f"interface GigabitEthernet0/{n}\n switchport access vlan {n}\n!\n" for n in range(1, interfaces))
    text = f"!\n! Last configuration change at {clock} UTC by wang\n!\n"
    text += f"version 15.2\n!\nhostname {host}\n!\n{extra}{body}end\n"
    return f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n{text}\n"


Changer = Callable[[Manners], Manners]


def behave(device: FarDevice, **manners: object) -> None:
    """From the next session on the device behaves so."""
    device.manners = replace(device.manners, **manners)  # type: ignore[arg-type]  # fields of Manners
