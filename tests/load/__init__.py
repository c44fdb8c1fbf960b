"""Under load and under fault: rows E of the reliability list."""
