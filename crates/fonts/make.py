#!/usr/bin/env python3
"""How data/ was made. Not part of any build: run by hand when a font is replaced, in an empty folder that holds

    npm pack @expo-google-fonts/noto-serif-sc@0.4.3         (unpacked: package/)
    apt-get download fonts-hanazono=20170904-2.1 fonts-lxgw-wenkai=1.250+repack-1   (unpacked with dpkg-deb -x into x/)

with `pip install fonttools==4.68.0` and the program `zstd`:  python3 make.py . ../crates/fonts/data

Every glyph of every font stays. What goes is what neither the renderer nor the writer of PDF reads: instructions for
screens of few dots (hinting), tables of layout features, and names in other languages. Beside each font stands its coverage:
the characters it can draw, as ranges of two big-endian 32-bit numbers, so that nobody unpacks a font to ask for a character.
"""
import struct, subprocess, sys
from pathlib import Path
from fontTools import subset
from fontTools.ttLib import TTFont

SOURCES = {
    "NotoSerifSC-Regular": "package/400Regular/NotoSerifSC_400Regular.ttf",
    "NotoSerifSC-Bold": "package/700Bold/NotoSerifSC_700Bold.ttf",
    "HanaMinB": "x/usr/share/fonts/truetype/hanazono/HanaMinB.ttf",
    "LXGWWenKai-Regular": "x/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
}

# Whoever changes a font whose authors reserved its name gives it another one (OFL 1.1, condition 3).
RENAMED = {"LXGWWenKai-Regular": "Heqi Kai"}

def rename(font, family):
    """One family name and one style, in English; what the authors say of copyright and licence stays."""
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in (0, 13, 14)]
    for identifier, text in {1: family, 2: "Regular", 3: f"{family} 1", 4: family, 5: "Version 1.250; changed", 6: family.replace(" ", "")}.items():
        table.setName(text, identifier, 3, 1, 0x409)

def ranges(codes):
    first = last = None
    for code in sorted(codes):
        if last is not None and code == last + 1:
            last = code
            continue
        if first is not None:
            yield first, last
        first = last = code
    yield first, last

def main(source: Path, target: Path, wanted):
    for name, path in SOURCES.items():
        if wanted and name not in wanted:
            continue
        font = TTFont(source / path)
        before = set(font.getBestCmap())
        options = subset.Options(hinting=False, layout_features=[], glyph_names=False, notdef_outline=True,
                                 recalc_timestamp=False, name_languages=[0x409], drop_tables=subset.Options._drop_tables_default + ["GSUB", "GPOS", "GDEF", "BASE", "STAT", "DSIG", "VORG", "vhea", "vmtx"])
        worker = subset.Subsetter(options)
        worker.populate(unicodes=before)
        worker.subset(font)
        assert set(font.getBestCmap()) == before, name
        if name in RENAMED:
            rename(font, RENAMED[name])
        plain = target / f"{name}.ttf"
        font.save(plain)
        subprocess.run(["zstd", "--ultra", "-22", "--long=27", "--no-check", "-f", "-q", str(plain), "-o", f"{plain}.zst"], check=True)
        coverage = b"".join(struct.pack(">II", *pair) for pair in ranges(before))
        (target / f"{name}.coverage").write_bytes(coverage)
        print(name, len(before), "characters", plain.stat().st_size, "->", Path(f"{plain}.zst").stat().st_size, "bytes; coverage", len(coverage))
        plain.unlink()

main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
