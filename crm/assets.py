"""`python -m crm.assets`: put what pages load from node_modules into static/vendor, and draw the icon sprite.

The sprite holds the icons that are named in templates, Python or scripts, by one of three spellings:
`{% icon "phone" %}`, `icon="phone"` and `#tabler-phone`. Names are literals; a name that Tabler doesn't
draw fails the build.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
NODE_MODULES = PROJECT / "node_modules"
VENDOR = PROJECT / "static" / "vendor"

FILES = {
    "tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "tabler.min.js": "@tabler/core/dist/js/tabler.min.js",
    "tom-select.min.css": "tom-select/dist/css/tom-select.bootstrap5.min.css",
    "tom-select.min.js": "tom-select/dist/js/tom-select.complete.min.js",
    "inter.css": "@fontsource-variable/inter/index.css",
}
FONTS = "@fontsource-variable/inter/files"
FONT_PATTERN = "inter-*-wght-normal.woff2"

OUTLINES = "@tabler/icons/icons/outline"
APPS = ("crm", "customers", "surveys", "loyalty", "campaigns")
SEARCHED = {"templates": "*.html", "static": "*.js"} | dict.fromkeys(APPS, "*.py")
ICON_NAME = re.compile(r"""(?:\{%\s*icon\s+|(?<![\w-])icon=)["']([a-z0-9-]+)["']|#tabler-([a-z0-9-]+)""")
EMPTY_SQUARE = 'd="M0 0h24v24H0z"'  # Tabler's icons start with one
SOURCE_MAP = re.compile(rb"(?://#|/\*#)\s*sourceMappingURL=[^\n]*\n?")


class UnknownIcon(Exception):
    """A name was used that Tabler has no outline for."""


def main() -> int:
    try:
        copied = [*copy_files(), write(VENDOR / "icons.svg", draw_sprite(named_icons()).encode())]
    except UnknownIcon as error:
        print(error, file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"{error.filename} is missing: run `make setup`, which installs the UI assets", file=sys.stderr)
        return 1
    print(f"UI assets: {sum(copied)} of {len(copied)} files changed in {VENDOR.relative_to(PROJECT)}")
    return 0


def copy_files() -> list[bool]:
    """Copy the listed files and fonts. Says for each whether it changed."""
    copied = [write(VENDOR / name, served(NODE_MODULES / source)) for name, source in FILES.items()]
    fonts = (NODE_MODULES / FONTS).glob(FONT_PATTERN)
    return copied + [write(VENDOR / "files" / font.name, font.read_bytes()) for font in sorted(fonts)]


def served(path: Path) -> bytes:
    """The file without its pointer to a source map, which we don't serve and collectstatic would look for."""
    return SOURCE_MAP.sub(b"", path.read_bytes())


def write(path: Path, content: bytes) -> bool:
    """Write the file when its content differs, so that an unchanged file keeps its time."""
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def named_icons() -> dict[str, list[Path]]:
    """Each icon that is named, with the files that name it."""
    names: dict[str, list[Path]] = defaultdict(list)
    for path in searched_files():
        for match in ICON_NAME.finditer(path.read_text(encoding="utf-8")):
            names[match[1] or match[2]].append(path.relative_to(PROJECT))
    return dict(sorted(names.items()))


def searched_files() -> Iterator[Path]:
    for folder, pattern in SEARCHED.items():
        for path in (PROJECT / folder).rglob(pattern):
            if path != Path(__file__) and VENDOR not in path.parents:
                yield path


def draw_sprite(names: dict[str, list[Path]]) -> str:
    """One SVG with a symbol `tabler-NAME` for every name. Raises UnknownIcon, naming the files."""
    outlines = NODE_MODULES / OUTLINES
    if not outlines.is_dir():
        raise FileNotFoundError(2, "No such folder", str(outlines))
    unknown = [name for name in names if not (outlines / f"{name}.svg").exists()]
    if unknown:
        raise UnknownIcon(
            "\n".join(f"Tabler has no icon {name!r} ({listed(names[name])})" for name in unknown)
        )
    symbols = "\n".join(draw_symbol(name, (outlines / f"{name}.svg").read_text()) for name in names)
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n'


def draw_symbol(name: str, svg: str) -> str:
    shapes = svg[svg.index(">") + 1 : svg.rindex("</svg>")].splitlines()
    drawn = [shape.strip() for shape in shapes if EMPTY_SQUARE not in shape]
    return (
        f'<symbol id="tabler-{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="round" stroke-linejoin="round">{"".join(drawn)}</symbol>'
    )


def listed(paths: Iterable[Path]) -> str:
    return ", ".join(sorted({str(path) for path in paths}))


if __name__ == "__main__":
    sys.exit(main())
