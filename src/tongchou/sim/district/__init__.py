"""An invented district: territory, workplaces, schools, households and their people. Pure; the same seed gives the same district."""
