"""The room of assessment: scores out of the record, bulletins as official documents."""
