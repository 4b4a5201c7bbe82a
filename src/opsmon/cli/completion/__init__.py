"""`opsmon completion`, and the answer at every TAB."""
