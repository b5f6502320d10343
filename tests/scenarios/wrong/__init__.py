"""Wrong libraries: each differs from minitasks in one thing, so that some claim fails on it."""
