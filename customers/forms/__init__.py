"""What people may send: shapes only, the services decide."""
