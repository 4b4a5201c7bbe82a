"""Why a clock is due when it is, in the words of both languages."""
