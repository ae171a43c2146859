"""`python -m training` is the `naba` command."""

from training.cli import main

main()
