"""`naba watch`: the loop from submissions to suggestions. plan.py decides, steps.py does, journal.py remembers."""
