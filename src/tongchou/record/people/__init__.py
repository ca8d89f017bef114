"""People: sealing of identity, the keys by which a person is found, checks of what is given, types of facts."""
