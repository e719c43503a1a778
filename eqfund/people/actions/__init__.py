"""What people do about posts: one module for each noun."""
