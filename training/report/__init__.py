"""Pages of what `analysis` found. Nothing is computed here."""
