"""A model that stays loaded and answers: kept up to date with its folder."""
