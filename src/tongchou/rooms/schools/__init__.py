"""The room of schools: opening, return in turns, checks of every day, clusters."""
