"""REST: customers, their handles and their history."""
