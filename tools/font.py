"""Makes the Persian web font: Noto Sans Arabic cut down to what Persian is written with, as WOFF2.

Run at set-up: `python tools/font.py [target]`; the default target is DATA_DIR/static/fonts/persian.woff2.
Nothing depends on it: pages without the file use the system's font. The licence (OFL) is laid beside the font.
"""

import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LETTERS = "ءآأؤإئابةتثجحخدذرزسشصضطظعغـفقكلمنهوىيپچژکگۀہیٱ"
MARKS = "\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0653\u0654\u0655\u0670"
SIGNS = "،؛؟٪٫٬۔«»"
DIGITS = "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
CONTROLS = "\u200b\u200c\u200d\u200e\u200f"
PERSIAN = LETTERS + MARKS + SIGNS + DIGITS + CONTROLS


def source() -> Path:
    """The variable font in its package. Raises ImportError when the package is not installed."""
    import fontpkg_noto_sans_arabic as package  # type: ignore[import-untyped]  # it ships no types

    return next((Path(package.ROOT) / "files").glob("*.ttf"))


def build(target: Path) -> Path:
    """Writes the font to `target` (atomically) unless a newer one lies there."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    original = source()
    if target.exists() and target.stat().st_mtime >= original.stat().st_mtime:
        return target
    font = TTFont(original)
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(text=PERSIAN)
    cutter.subset(font)
    font = instancer.instantiateVariableFont(font, {"wdth": None, "wght": (400, 400, 700)})
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    subset.save_font(font, part, options)
    shutil.copyfile(next(original.parent.parent.glob("LICENSE*")), target.with_name("persian-LICENSE.txt"))
    part.replace(target)
    return target


def default_target() -> Path:
    """Where the running product serves it from."""
    sys.path.insert(0, str(ROOT))
    from helpdesk import env

    return env.read_or_exit().data_dir / "static" / "fonts" / "persian.woff2"


def main(arguments: list[str]) -> int:
    """Builds; 1 when there is no font, which the set-up may pass over, since pages work without it."""
    try:
        made = build(Path(arguments[0]) if arguments else default_target())
    except Exception as problem:  # the set-up must go on whatever a font tool says
        print(f"The Persian web font was not made ({problem}); pages use the system's font.")
        return 1
    print(f"Persian web font: {made} ({made.stat().st_size // 1024} KB)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
