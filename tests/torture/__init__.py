"""The torture plan, full sizes: `make torture [STAGE=T1] [SCALE=1]`. Small versions are in tests/fault."""
