"""Words for people in both languages of the staff. JSON and logs take English; sheets take what the settings say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Self


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in English and in Chinese; where only one was given both are the same."""

    en: str
    zh: str = ""

    def in_(self, language: str) -> str:
        """The sentence in `zh` or, for any other language, in English."""
        return (self.zh or self.en) if language == "zh" else self.en

    def __bool__(self) -> bool:
        return bool(self.en or self.zh)


class Sentence(str):
    """A sentence in English, as JSON, logs and the journal take it, that knows its Chinese: a refusal."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str) -> Self:
        made = super().__new__(cls, en)
        made.zh = zh
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, str]]:
        return type(self), (str(self), self.zh)


Refusal = Sentence | Literal[""]  # why a thing cannot be, for the person who asked for it; "" where it can


def filled(en: str, zh: str, *values: object) -> Sentence:
    """A sentence with the same values in both languages, in the places `{}`; a value that is a sentence of ours is in
    the reader's language, too."""
    return Sentence(en.format(*values), zh.format(*(in_zh(value) for value in values)))


def in_zh(value: object) -> object:
    """A value as it stands in a Chinese sentence."""
    return in_language(value, "zh") if isinstance(value, str) else value


def in_both(words: str, change: Callable[[str], str]) -> str:
    """The words changed; of a sentence in each of its languages."""
    return Sentence(change(words), change(words.zh)) if isinstance(words, Sentence) else change(words)


def chinese_of(words: str) -> str:
    """The Chinese of a sentence of ours, to be kept beside its English; "" of what is none."""
    return words.zh if isinstance(words, Sentence) else ""


def kept_sentence(en: str, zh: str) -> str:
    """A sentence of which both languages were kept, one beside the other; "" where its Chinese was not."""
    return Sentence(en, zh) if zh else en


def in_language(words: str, language: str) -> str:
    """A sentence for a person; what is no sentence of ours, such as the words of a library, is shown as it is."""
    return words.zh if language == "zh" and isinstance(words, Sentence) else str(words)


def with_more(words: str, more: str) -> Sentence:
    """Two sentences as one, in both languages as far as each has them."""
    return Sentence(f"{words}; {more}", f"{in_language(words, 'zh')}；{in_language(more, 'zh')}")


NO_WORDS = Text("")
COLON = Text(": ", "：")


def joined(parts: "tuple[Text, ...] | list[Text]") -> Text:
    """Several clauses of one explanation, in order."""
    return Text("; ".join(part.en for part in parts), "；".join(part.in_("zh") for part in parts))
