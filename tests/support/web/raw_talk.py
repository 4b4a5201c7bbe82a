"""Raw bytes to the port, and what comes back."""

import asyncio


async def say(port: int, words: bytes, within_s: float = 2.0) -> bytes:
    """What comes back for raw bytes, up to the end of the connection or of the patience."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    heard = b""
    try:
        writer.write(words)
        async with asyncio.timeout(within_s):
            while piece := await reader.read(65_536):
                heard += piece
    except (ConnectionError, TimeoutError):
        pass
    finally:
        writer.close()
    return heard
