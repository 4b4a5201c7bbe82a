"""Words for people in both languages of the staff. JSON and logs take English; sheets take what the settings say."""

from dataclasses import dataclass


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


NO_WORDS = Text("")
COLON = Text(": ", "：")


def joined(parts: "tuple[Text, ...] | list[Text]") -> Text:
    """Several clauses of one explanation, in order."""
    return Text("; ".join(part.en for part in parts), "；".join(part.in_("zh") for part in parts))
