"""The exercises of each lesson: what is asked, what is right, and the mistakes that are known by name (*.toml)."""
