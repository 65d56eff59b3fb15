"""The torture plan of guarantees.md, full sizes: `make torture [STAGE=T1] [SCALE=1]`. Small versions are in tests/fault."""
