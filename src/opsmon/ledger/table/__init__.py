"""Tables as files: CSV and workbooks read to cells, and what a cell may say."""
