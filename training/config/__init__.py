"""What the commands are configured by, and the rules their values must keep."""
