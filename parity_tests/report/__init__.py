"""What a person, and a program, get to see of a proof: `table`, `markdown` and `json_file`; the others help them."""
