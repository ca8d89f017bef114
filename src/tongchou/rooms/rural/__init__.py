"""Spring ploughing and poverty relief: farm inputs from dealer to village, sown area, produce without buyers; households watched, their income and jobs."""
