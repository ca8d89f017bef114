"""The room of enterprises: the register, an enterprise's file, its staff files and who of them may return to work."""
