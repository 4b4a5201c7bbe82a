"""How pages of metrics are given to those who come for them: squeezed, and to several at once."""
