"""From a document to clean text and its directives: pure, no Django, no clock."""
