"""Data requests (数据需求): declared, approved, answered once, reused; what they cost each unit is measured."""
