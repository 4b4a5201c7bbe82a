"""From the journal to what people hand in: a month of a contract as a table, a document or a sheet."""
