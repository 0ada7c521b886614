"""Who knows what: concentration, the capture list, onboarding, the learning path, repetition."""
