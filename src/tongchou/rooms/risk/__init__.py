"""The room of Area risk."""
