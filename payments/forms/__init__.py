"""What people type about payments: parsed and converted, never saved here."""
