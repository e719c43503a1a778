"""What the pages of payments show, put together so that views only translate."""
