"""What the HTML pages of both sides share: marked text, names, templates and the style."""
