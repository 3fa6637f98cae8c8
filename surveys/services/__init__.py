"""What changes surveys: planned, answered, counted, closed."""
