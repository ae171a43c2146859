"""One Label Studio project: labelling configuration, guidelines, task index, accounts and progress."""
