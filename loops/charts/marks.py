"""What a drawing consists of: elements of SVG. Classes say the colour, so that both themes and
an organisation's own colours hold; there is no style attribute anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

Place = float | str  # pixels, or a share of the width such as "12.5%"


def share(value: float) -> str:
    """A place across a drawing whose width nobody knows yet."""
    return f"{value:.2f}%"


def _at(value: Place) -> str:
    return value if isinstance(value, str) else f"{value:.1f}"


def rect(x: Place, y: float, width: Place, height: float, tone: str, round_: float = 0) -> str:
    corner = f' rx="{round_:g}"' if round_ else ""
    return (
        f'<rect class="{tone}" x="{_at(x)}" y="{y:.1f}" width="{_at(width)}"'
        f' height="{max(height, 0):.1f}"{corner}/>'
    )


def line(x1: Place, y1: float, x2: Place, y2: float, tone: str) -> str:
    return f'<line class="{tone}" x1="{_at(x1)}" y1="{y1:.1f}" x2="{_at(x2)}" y2="{y2:.1f}"/>'


def dot(x: Place, y: float, tone: str, r: float = 3) -> str:
    return f'<circle class="{tone}" cx="{_at(x)}" cy="{y:.1f}" r="{r:g}"/>'


def text(x: Place, y: float, said: object, anchor: str = "middle", tone: str = "tick") -> str:
    return (
        f'<text class="{tone}" x="{_at(x)}" y="{y:.1f}" text-anchor="{anchor}">'
        f"{escape(said)}</text>"
    )


def points(along: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in along)


def polyline(along: Sequence[tuple[float, float]], tone: str) -> str:
    return f'<polyline class="{tone}" points="{points(along)}"/>'


def polygon(along: Sequence[tuple[float, float]], tone: str) -> str:
    return f'<polygon class="{tone}" points="{points(along)}"/>'


def stretched(inner: str, height: float) -> str:
    """Lines have no places in percent: they are drawn a thousand wide and pulled to fit. Their
    strokes stay as thick as they were (`vector-effect` in the style sheet)."""
    return (
        f'<svg viewBox="0 0 1000 {height:g}" preserveAspectRatio="none" width="100%"'
        f' height="{height:g}">{inner}</svg>'
    )


def group(inner: Iterable[str], said: str = "") -> str:
    """Marks that belong together; the mouse over them shows what they say."""
    told = f"<title>{escape(said)}</title>" if said else ""
    return f'<g class="hit">{told}{"".join(inner)}</g>'


def drawn(parts: Iterable[str]) -> SafeString:
    """Every text above went through `escape`, and everything else is a number or ours."""
    return mark_safe("".join(parts))
