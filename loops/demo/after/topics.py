"""What Tilia is asked, what it does not know and what it does not find: tonight's jobs, run once.

Nothing is planted here. The truths are in the tickets (loops/demo/truths.py), and are found.
"""

from __future__ import annotations

from datetime import datetime


def add(now: datetime) -> None:
    from loops.evolve.topics import bursts, misses, night  # scikit-learn: only who loads a demo

    night.run()
    bursts.run()
    # The newest of them; the rest would only be more of the same.
    misses.run(most=15)
