"""The pages, by subject. Each module registers its views with @page; importing the module is enough."""
