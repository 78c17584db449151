#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two hundred honest documents with one code each, in every format that Pillow writes and in
archives of them: make.py FOLDER

Prints a line for each: its name. They show that the sandbox lets through whatever the decoders
ask the kernel for. Seeded: the same files in each run."""
import io, os, random, subprocess, sys, zipfile
from PIL import Image, ImageFilter

TEXT = "HTTPS://EXAMPLE.GO.TH/R/1"


def code():
    drawn = subprocess.run(["qrencode", "-o", "-", "-s", "1", "-m", "4", "-l", "M", TEXT],
                           capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(drawn)).convert("RGBA").convert("L")


def sheet(qr, dice):
    """A page with the code somewhere on it, as a scanner would leave it."""
    page = Image.new("L", (dice.randrange(500, 1400), dice.randrange(600, 1700)), 255)
    side = qr.width * dice.randrange(5, 9)
    big = qr.resize((side, side), Image.NEAREST)
    page.paste(big, (dice.randrange(0, page.width - side), dice.randrange(0, page.height - side)))
    return page.filter(ImageFilter.GaussianBlur(0.6)) if dice.random() < 0.5 else page


def saved(page, **how):
    out = io.BytesIO()
    page.save(out, **how)
    return out.getvalue()


def zipped(name, data, first=("readme.txt", b"x"), compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as f:
        f.writestr(first[0], first[1])
        f.writestr(name, data)
    return out.getvalue()


TYPES = ("[Content_Types].xml", b"<Types/>")
ODT = ("mimetype", b"application/vnd.oasis.opendocument.text")

# ending, how to make its bytes from a grey page
KINDS = [
    ("png", lambda p: saved(p, format="PNG")),
    ("png", lambda p: saved(p.convert("1"), format="PNG")),
    ("png", lambda p: saved(p.convert("RGBA"), format="PNG")),
    ("png", lambda p: saved(p.convert("P"), format="PNG", optimize=True)),
    ("jpg", lambda p: saved(p, format="JPEG", quality=70)),
    ("jpg", lambda p: saved(p.convert("RGB"), format="JPEG", quality=85, progressive=True)),
    ("jpg", lambda p: saved(p.convert("CMYK"), format="JPEG", quality=90)),
    ("jpg", lambda p: saved(p.rotate(90, expand=True), format="JPEG", dpi=(200, 200), optimize=True)),
    ("tif", lambda p: saved(p, format="TIFF")),
    ("tif", lambda p: saved(p.convert("1"), format="TIFF", compression="group4")),
    ("tif", lambda p: saved(p.convert("1"), format="TIFF", compression="group3")),
    ("tif", lambda p: saved(p, format="TIFF", compression="tiff_lzw")),
    ("tif", lambda p: saved(p.convert("RGB"), format="TIFF", compression="jpeg")),
    ("tif", lambda p: saved(p, format="TIFF", compression="tiff_adobe_deflate", save_all=True,
                            append_images=[Image.new("L", (300, 300), 255)] * 3)),
    ("webp", lambda p: saved(p.convert("RGB"), format="WEBP", lossless=True)),
    ("webp", lambda p: saved(p.convert("RGB"), format="WEBP", quality=80)),
    ("gif", lambda p: saved(p, format="GIF")),
    ("bmp", lambda p: saved(p, format="BMP")),
    ("bmp", lambda p: saved(p.convert("RGB"), format="BMP")),
    ("jp2", lambda p: saved(p, format="JPEG2000")),
    ("jp2", lambda p: saved(p.convert("RGB"), format="JPEG2000", mct=1)),
    ("pdf", lambda p: saved(p, format="PDF", resolution=150)),
    ("pdf", lambda p: saved(p.convert("1"), format="PDF", resolution=150)),
    ("pdf", lambda p: saved(p.convert("RGB"), format="PDF", resolution=150, save_all=True,
                            append_images=[Image.new("RGB", (300, 300), "white")])),
    ("zip", lambda p: zipped("scan/page.png", saved(p, format="PNG"))),
    ("zip", lambda p: zipped("scan.pdf", saved(p, format="PDF"), compression=zipfile.ZIP_BZIP2)),
    ("zip", lambda p: zipped("scan.tif", saved(p, format="TIFF"), compression=zipfile.ZIP_LZMA)),
    ("docx", lambda p: zipped("word/media/image1.jpeg", saved(p, format="JPEG"), TYPES)),
    ("odt", lambda p: zipped("Pictures/1.png", saved(p, format="PNG"), ODT)),
]


def main():
    folder, qr = sys.argv[1], code()
    os.makedirs(folder, exist_ok=True)
    for i in range(200):
        ending, make = KINDS[i % len(KINDS)]
        name = "%03d.%s" % (i, ending)
        with open(os.path.join(folder, name), "wb") as f:
            f.write(make(sheet(qr, random.Random(i))))
        print(name, flush=True)


if __name__ == "__main__":
    main()
