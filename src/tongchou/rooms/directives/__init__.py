"""The directives room: documents and minutes are read, their directives confirmed by people and issued as tasks; meetings."""
