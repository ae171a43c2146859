"""Gold against predicted: counts, the seven scores and those beside them. Knows no torch."""
