"""What a person, and a program, get to see of a proof: `table`, `markdown` and `json_file`; `whole` writes files."""
