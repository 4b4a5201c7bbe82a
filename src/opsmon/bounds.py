"""How much of a stranger's text is looked at. It is cut here before any pattern meets it, wherever it came from.

A pattern of Python's `re` may need the square of the length of its text or worse, and cannot be interrupted: one text
of a device held the whole daemon. So each kind of text has a bound, and each pattern must be quick at that bound.
"""

SYS_DESCR_CHARS = 2_048  # RFC 3418 allows 255; real agents write more
CELL_CHARS = 512  # any other value of an SNMP agent
HEADER_FIELD_CHARS = 1_024  # a field of HTTP, RTSP or SIP
EXPECTED_CHARS = 1_024  # a line of a page or an answer in which a check expects something, as far as it is judged
TAIL_CHARS = 600  # the end of what a shell said, in which prompts, pagers and questions are looked for
CONFIGURATION_LINE_CHARS = 4_096  # a longer one is hidden whole: nobody can say what stands in it
GREETING_CHARS = 1_048_576  # what a device may say before its first prompt
COMMAND_CHARS = 32 * 1_048_576  # what one command of a backup may say
