"""Cut the packaged fonts down to the letters our languages need."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from fontTools.subset import Options, Subsetter, parse_unicodes
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

# The same ranges stand as unicode-range in static/css/tokens.css: a page loads only the
# files of the scripts on it.
LATIN = (
    "20-7E,A0-FF,131,152-153,2BB-2BC,2C6,2DA,2DC,2000-206F,20AC,2116,2122,2190-2193,2212,"
    "2318,21E7,23CE,21B5,2026,2713"
)
CYRILLIC = "301,400-45F,490-491,4B0-4B1"
HEBREW = "590-5FF,20AA,25CC,FB1D-FB4F"

FACES = {
    "inter-latin.woff2": ("fontpkg_inter", "files/Inter[opsz,wght].ttf", LATIN),
    "inter-cyrillic.woff2": ("fontpkg_inter", "files/Inter[opsz,wght].ttf", CYRILLIC),
    "heebo-hebrew.woff2": ("fontpkg_heebo", "files/Heebo[wght].ttf", HEBREW),
}


class Command(BaseCommand):
    help = (
        "Make the variable web fonts below static/build/fonts from the packaged typefaces. "
        "Does nothing when they are there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="make them again")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(settings.BASE_DIR) / "static" / "build" / "fonts"
        folder.mkdir(parents=True, exist_ok=True)
        for name, (package, path, letters) in FACES.items():
            target = folder / name
            if target.exists() and not options["force"]:
                continue
            size = make(files(package) / path, letters, target)
            if options["verbosity"] > 0:
                self.stdout.write(f"{name}: {size / 1024:.1f} KB")


def make(source: Any, letters: str, target: Path) -> int:
    """Write one variable woff2 with weights 400 to 700; returns its size in bytes."""
    font = TTFont(source.open("rb"))
    options = Options()
    options.layout_features = ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum"]
    options.name_IDs = [1, 2]
    options.hinting = False
    options.notdef_outline = True
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(letters))
    subsetter.subset(font)

    axes: dict[str, Any] = {"wght": (400, 700)}
    if any(axis.axisTag == "opsz" for axis in font["fvar"].axes):
        axes["opsz"] = 14
    font = instantiateVariableFont(font, axes)

    font.flavor = "woff2"
    # Written beside and renamed, so that a killed run leaves no half of a font.
    partial = target.with_suffix(".partial")
    font.save(partial)
    partial.rename(target)
    return target.stat().st_size
