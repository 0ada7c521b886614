"""What is missing: gaps, the topics that they come from, bursts, and answers that were missed."""
