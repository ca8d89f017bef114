"""Official documents (公文) as data, and their Word and PDF forms after GB/T 9704-2012. Knows no Django, no clock."""
