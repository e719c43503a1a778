"""What payments puts on the kernel's pages."""
