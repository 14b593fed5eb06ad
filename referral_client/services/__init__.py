"""Use cases: one function each, grouped by noun. Screens and commands call these and nothing below them."""
