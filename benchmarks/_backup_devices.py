"""Simulated IOS devices over SSH, one address each in 127/8, all on one port.

`python -m benchmarks._backup_devices COUNT`. Each shows a configuration of 200 kB half a second after it is asked.
Prints its port; ends when its input does.
"""

import asyncio
import contextlib
import sys

import asyncssh

USER, PASSWORD = "backup", "benchmark-password"
DELAY_S = 0.5
CONFIG_BYTES = 200_000


def address_of(number: int) -> str:
    return f"127.9.{number // 250}.{number % 250 + 1}"


def config_of(host: str) -> str:
    """A configuration of 200 kB: interfaces, as on a large chassis, and the usual secrets."""
    head = f"version 15.2\n!\nhostname {host}\n!\nenable secret 5 $1$abcd$efghijklmnopqrstuvwxyz\n!\n"
    head += "snmp-server community benchmark-community RO\n!\n"
    parts = [head]
    size = len(head)
    number = 0
    while size < CONFIG_BYTES:
        number += 1
        parts.append(
            f"interface GigabitEthernet{number // 48}/0/{number % 48}\n description uplink of floor {number}\n"
            f" switchport access vlan {number % 4000}\n switchport mode access\n spanning-tree portfast\n!\n"
        )
        size += len(parts[-1])
    return "".join((*parts, "end\n\n")).replace("\n", "\r\n")


class Server(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


CONFIG = config_of("bench")


async def shell(process: "asyncssh.SSHServerProcess[str]") -> None:
    with contextlib.suppress(ConnectionError, asyncssh.Error, asyncio.IncompleteReadError):
        process.stdout.write("\r\nbench#")
        while line := await process.stdin.readuntil(("\r", "\n")):
            command = line.strip()
            process.stdout.write(command + "\r\n")
            if command in ("exit", "quit"):
                break
            if command == "show running-config":
                await asyncio.sleep(DELAY_S)
                process.stdout.write("Building configuration...\r\n\r\nCurrent configuration : 200000 bytes\r\n!\r\n")
                process.stdout.write(CONFIG)
                await process.stdout.drain()
            elif command == "show users":
                process.stdout.write("    Line       User       Host(s)              Idle       Location\r\n")
            process.stdout.write("bench#")
        process.exit(0)


async def main(count: int) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519")
    port = 0
    for number in range(count):
        server = await asyncssh.listen(
            address_of(number), port, server_factory=Server, process_factory=shell, server_host_keys=[key],
            line_editor=False, compression_algs=None,
        )  # fmt: skip
        port = port or server.get_port()
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
