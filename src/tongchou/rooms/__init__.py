"""What a district does, one Django app a room. A room holds its tables, verbs, questions, pages and jobs; rooms do not import each other."""
