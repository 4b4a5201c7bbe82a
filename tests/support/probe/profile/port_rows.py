"""Rows of an interface table, as lines of a recording."""

IF, IFX = "1.3.6.1.2.1.2.2.1", "1.3.6.1.2.1.31.1.1.1"


def system(up_s: int) -> str:
    return f"1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999.7.1\n1.3.6.1.2.1.1.3.0|67|{up_s * 100}\n"


def port(row: int, name: str, *, high: int = 1000, plain: int = 1_000_000_000, bits: int = 64) -> str:
    counters = f"{IFX}.6.{row}|70|{row}\n{IFX}.10.{row}|70|{row}\n" if bits == 64 else ""
    return (
        f"{IF}.2.{row}|4|{name}\n{IF}.7.{row}|2|1\n{IF}.8.{row}|2|1\n{IF}.5.{row}|66|{plain}\n"
        f"{IF}.10.{row}|65|{row}00\n{IF}.16.{row}|65|{row}00\n{IFX}.1.{row}|4|{name}\n{IFX}.15.{row}|66|{high}\n"
        + counters
    )
