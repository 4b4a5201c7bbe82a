"""`people.yaml`: who can be on call, and how each is reached.

Personal data stay in this file and in the notices themselves: everything else knows a person by the key alone, so that
somebody who left can be taken out of the file.
"""

import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, PlainValidator, ValidationInfo, WithJsonSchema

from opsmon.config.oncall.names import NameKey
from opsmon.config.rules.field import TextField, text_of
from opsmon.config.secret import MissingSecret
from opsmon.config.settings import Language
from opsmon.config.yaml.document import Document
from opsmon.config.yaml.problem import Problems
from opsmon.model.name import PersonId
from opsmon.model.secret import Secret
from opsmon.notify.channel import Directory, PersonAddress
from opsmon.oncall.oncall_rules import Person
from opsmon.spec import Spec, read_secret, reference_schema, wrong
from opsmon.text.bilingual import Sentence

PEOPLE_FILE = Path("people.yaml")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_PHONE = re.compile(r"\+?[0-9]{3,20}")
_BETWEEN_DIGITS = re.compile(r"[ ()-]")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def _read_address(written: object, info: ValidationInfo) -> Secret:
    """The file as a whole is kept from others, so that plain text is no mistake here."""
    return Secret(written) if isinstance(written, str) and written else read_secret(written, info)


def text_if_open(address: Secret) -> str:
    """Empty where only the shape of a reference is looked at, or it leads nowhere."""
    return "" if isinstance(address, MissingSecret) else address.reveal()


def _read_mail(written: object, info: ValidationInfo) -> Secret:
    address = _read_address(written, info)
    text = text_if_open(address)
    if text and not _MAIL.fullmatch(text):
        raise wrong(
            Sentence("not a mail address", "不是邮件地址"),
            Sentence(
                "one address in ASCII and nothing around it, such as `name@example.org`",
                "只写一个 ASCII 地址，例如 `name@example.org`",
            ),
        )
    return address


def _read_phone(written: object, info: ValidationInfo) -> Secret:
    """The number without what people put between its digits: gateways and robots know it by the digits alone."""
    number = _read_address(written, info)
    text = text_if_open(number)
    bare = _BETWEEN_DIGITS.sub("", text)
    if text and not _PHONE.fullmatch(bare):
        raise wrong(
            Sentence("not a phone number", "不是电话号码"),
            Sentence(
                "its digits, such as `13800000000` or `+8613800000000`",
                "只写数字，例如 `13800000000` 或 `+8613800000000`",
            ),
        )
    return Secret(bare) if text else number


def _address_field(read: Callable[[object, ValidationInfo], Secret]) -> Any:
    ways = [{"type": "string", "minLength": 1}, reference_schema("env"), reference_schema("file")]
    return (PlainValidator(read), PlainSerializer(lambda _: "***"), WithJsonSchema({"anyOf": ways}))


MailField = Annotated[Secret, *_address_field(_read_mail)]
PhoneField = Annotated[Secret, *_address_field(_read_phone)]


class PersonSpec(Spec):
    """One person on call."""

    name: TextField
    """What colleagues call the person · 称呼"""
    language: Annotated[Language, Field(strict=False)] | None = None
    """Of the messages to the person; that of opsmon.yaml unless told · 消息语言"""
    wecom: str = ""
    """The user id in WeCom, by which a robot can mention the person · 企业微信账号"""
    dingtalk: str = ""
    """The user id in DingTalk · 钉钉用户 ID"""
    feishu: str = ""
    """The user id in Feishu · 飞书用户 ID"""
    mail: MailField | None = None
    """The mail address, as a reference where the file is shared · 邮箱"""
    phone: PhoneField | None = None
    """The mobile number, as a reference where the file is shared · 手机号"""
    account: str = ""
    """The account by which the person signs in to the console · 控制台账号"""

    def person(self, name: str) -> Person:
        """The part that the engine goes by."""
        return Person(PersonId(name), text_of(self.name), self.language.value if self.language else "", self.account)

    def address(self, name: str, language: Language) -> PersonAddress:
        """The part that only senders know; `language` is the root's."""
        spoken = self.language or language
        return PersonAddress(
            name,
            text_of(self.name),
            spoken,
            self.wecom,
            self.dingtalk,
            self.feishu,
            self.mail,
            self.phone,
        )


class PeopleSpec(Spec):
    """`people.yaml`"""

    people: dict[NameKey, PersonSpec] = Field(default_factory=dict)
    """Everybody who can be on call, by a short id that never changes · 值班人员，键为固定编号"""

    @classmethod
    def hint_for(cls, unknown_key: str) -> str:
        return "it stands in rules/oncall.yaml" if unknown_key in ("channels", "rotas", "plans", "leave") else ""

    def resolve(self) -> Mapping[PersonId, Person]:
        return {PersonId(name): one.person(name) for name, one in self.people.items()}

    def directory(self, language: Language) -> Directory:
        """How each is reached, by the person's id."""
        return {name: one.address(name, language) for name, one in self.people.items()}


def warn_if_open(document: Document, problems: Problems) -> None:
    """Where others of this machine can read the numbers and addresses of people."""
    try:
        mode = document.file.stat().st_mode
    except OSError:
        return
    if stat.S_ISREG(mode) and mode & _OTHERS:
        message = "other accounts of this machine can read or change the numbers and addresses of people"
        problems.add(
            document.problem(
                (),
                message,
                Sentence(
                    "`chmod 600 people.yaml` for the daemon's account", "请以守护进程的账号执行 `chmod 600 people.yaml`"
                ),
                warning=True,
            )
        )
