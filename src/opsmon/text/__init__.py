"""Words for people, in English and Chinese: the vocabulary of everything that is shown. Imports no other room."""
