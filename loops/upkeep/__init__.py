"""Knowledge that its use keeps right: evidence, review lists, recall, efficacy of versions."""
