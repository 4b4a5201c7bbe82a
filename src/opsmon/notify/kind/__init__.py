"""One file a kind of channel: what is sent, how it is signed, and what an answer means."""
