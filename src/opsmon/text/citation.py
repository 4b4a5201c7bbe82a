"""Where a clause stands in its papers: `annex 5, 2(1)`, in Chinese `附件 5, 2(1)`. The figures stay as they are."""

import re
from collections.abc import Mapping

PLACES: Mapping[str, str] = {
    "penalty clauses": "违约条款",
    "part one": "第一部分",
    "part two": "第二部分",
    "part three": "第三部分",
    "each lot": "各包",
    "annex": "附件",
    "items": "项目",
    "art.": "条款",
    "nos.": "序号",
    "no.": "序号",
    "part": "部分",
    "lot": "包",
}
_PLACE = re.compile("|".join(rf"\b{re.escape(one)}(?!\w)" for one in PLACES))


def cited(source: str, language: str) -> str:
    """A source for a reader; words of the contract's own stay."""
    return _PLACE.sub(lambda found: PLACES[found[0]], source) if language == "zh" else source
