"""Hands one message of a channel for people to its far end, once: over HTTP, or as mail.

Promises that an attempt ends within the channel's time-out, that redirects are not followed, that only the beginning of
an answer is read, and that no error says an address or a key.
"""

import asyncio
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import formatdate
from types import TracebackType

import aiohttp
import aiosmtplib

from opsmon.clock import Clock
from opsmon.errors import NotifyError
from opsmon.notify.channel import MailServer, MailTls, PageChannel
from opsmon.notify.message import ChannelAnswer, HttpMessage, MailMessage, Outgoing
from opsmon.notify.wire.quotation import quotation_of
from opsmon.notify.wire.webhook import beginning_of, fault_without_address, new_session

_ACCEPTED = 250
_NO_ADDRESS = 553  # RFC 5321, 4.2.3: mailbox name not allowed


class PageSender:
    """One HTTP client for all channels; a connection for every message."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> "PageSender":
        self._http = new_session()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def send(self, message: Outgoing, channel: PageChannel) -> ChannelAnswer:
        """What the far end answers. Raises NotifyError where none comes; `reached` False where it was not even
        reached, so that it cannot have taken the message."""
        try:
            async with asyncio.timeout(channel.timeout_s):
                if isinstance(message, HttpMessage):
                    return await self._post(message)
                return await self._mail(message, channel.mail)
        except TimeoutError:
            raise NotifyError(f"no answer within {channel.timeout_s:g} s", retryable=True) from None

    async def _post(self, message: HttpMessage) -> ChannelAnswer:
        assert self._http is not None, "to be used inside `async with`"  # noqa: S101 - a mistake of ours, not of input
        try:
            async with self._http.post(
                message.url, data=message.body, headers=dict(message.headers), allow_redirects=False
            ) as answer:
                body = await beginning_of(answer)
                answer.close()
                return ChannelAnswer(answer.status, body, dict(answer.headers), quotation_of(body, message.url))
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reached = not isinstance(error, aiohttp.ClientConnectorError)
            raise NotifyError(fault_without_address(error), retryable=True, reached=reached) from None

    async def _mail(self, message: MailMessage, server: MailServer | None) -> ChannelAnswer:
        if server is None:
            raise NotifyError("the channel names no mail server", retryable=True, reached=False)
        handed_over = False
        try:
            mail = _as_mail(message, server)
        except (ValueError, IndexError):  # UnicodeError is a ValueError
            return ChannelAnswer(_NO_ADDRESS, quoted="the address is none that mail can be sent to")
        try:
            async with _connection(server) as connection:
                handed_over = True
                await connection.sendmail(server.sender, [message.to], mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(error.recipients, message.to)
        except aiosmtplib.SMTPResponseException as error:
            return ChannelAnswer(error.code, quoted=_quoted(error.message, message.to))
        except (aiosmtplib.SMTPException, OSError) as error:
            kind = type(error).__name__
            raise NotifyError(f"the mail server broke off: {kind}", retryable=True, reached=handed_over) from None
        return ChannelAnswer(_ACCEPTED)


def _connection(server: MailServer) -> aiosmtplib.SMTP:
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls is MailTls.TLS,
        start_tls=server.tls is MailTls.STARTTLS,
        username=server.username or None,
        password=server.password.reveal() if server.username and server.password is not None else None,
        timeout=None,
    )


def _as_mail(message: MailMessage, server: MailServer) -> bytes:
    """Raises ValueError or IndexError where the address is none."""
    message.to.encode("ascii")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = server.sender, message.to, message.subject
    mail["Date"], mail["Message-ID"] = formatdate(usegmt=True), message.message_id
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834, 5: no holiday notice is to answer it
    mail.set_content(message.text)
    return mail.as_bytes()


def _refused(recipients: Sequence[aiosmtplib.SMTPRecipientRefused], to: str) -> ChannelAnswer:
    first = recipients[0]
    return ChannelAnswer(first.code, quoted=_quoted(first.message, to))


def _quoted(said: str, to: str) -> str:
    """What the server says, without the mailbox."""
    return quotation_of(said.encode("utf-8", "replace"), f"mail://server/{to}")
