"""Matching of needs and offers (workers, materials, transport, storage), and organised return trips of migrant workers."""
