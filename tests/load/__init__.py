"""What a request costs at a known size: `python -m tests.load` writes docs/performance.md."""
