"""`python -m bench`: how fast the product answers, beside the floor under it (docs/bench.md)."""
