"""What people do about pupils who move, leave, rest or come back."""
