"""What people type into screening, read and shown again."""
