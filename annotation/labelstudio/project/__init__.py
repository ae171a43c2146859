"""One Label Studio project: its labelling configuration, guidelines, tasks, accounts and progress."""
