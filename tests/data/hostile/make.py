#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files made to hurt a scanner: make.py FOLDER [--long] [NAME...]

Writes each file into FOLDER and prints a line for it: name and the states that are right answers,
joined by |. A state is right where an officer who acts on it is not deceived: "none" only where
every page was really looked at. --long: also those that use up all of their time."""
import base64, hashlib, io, os, random, struct, sys, zipfile, zlib

FILES = {}


def file(states, slow=False):
    def add(make):
        FILES[make.__name__.replace("__", ".").replace("_", "-")] = (make, states, slow)
        return make
    return add


RANDOM = random.Random()


def noise(n):
    """The same bytes in each run."""
    return RANDOM.randbytes(n)


def z(data, level=9):
    return zlib.compress(data, level)


def z_fill(unit, times):
    """Deflate of unit * times without ever holding it."""
    c, out, block = zlib.compressobj(9), [], unit * 4096
    for _ in range(times // 4096):
        out.append(c.compress(block))
    out.append(c.compress(unit * (times % 4096)))
    return b"".join(out) + c.flush()


# ---- PDF ----

def stream(data, extra=b"", length=None):
    n = len(data) if length is None else length
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (n, extra, data)


def pdf(objects, trailer=b"", root=1, version=b"1.7"):
    """objects: {number: bytes}; number 1 is the catalogue unless root says otherwise."""
    out, at = io.BytesIO(), {}
    out.write(b"%PDF-" + version + b"\n%\xe2\xe3\xcf\xd3\n")
    for n, body in objects.items():
        at[n] = out.tell()
        out.write(b"%d 0 obj\n" % n + body + b"\nendobj\n")
    xref, size = out.tell(), max(objects) + 1
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % size)
    for n in range(1, size):
        out.write(b"%010d 00000 n \n" % at[n] if n in at else b"0000000000 00000 f \n")
    out.write(b"trailer\n<< /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF\n"
              % (size, root, trailer, xref))
    return out.getvalue()


def page(content, resources=b"", more=None, box=b"0 0 595 842", page_extra=b""):
    """One page; content is the whole stream object, or bytes to be put into one."""
    if not content.startswith(b"<<"):
        content = stream(z(content), b"/Filter /FlateDecode")
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << %s >> %s >>"
           % (box, resources, page_extra),
        4: content,
    }
    objects.update(more or {})
    return pdf(objects)


def image_page(image, draw=b"q 500 0 0 500 40 100 cm /I Do Q"):
    return page(draw, b"/XObject << /I 5 0 R >>", {5: image})


def image(width, height, data, filters=b"/FlateDecode", bits=1, extra=b""):
    return stream(data, b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray"
                  b" /BitsPerComponent %d /Filter %s %s" % (width, height, bits, filters, extra))


@file("limit|damaged|none", slow=True)
def flate_bomb__pdf():
    return page(stream(z_fill(b"q Q ", 1 << 28), b"/Filter /FlateDecode"))


@file("limit|damaged|none")
def flate_bomb_twice__pdf():
    return page(stream(z(z_fill(b"\n" * 16, 1 << 26)), b"/Filter [/FlateDecode /FlateDecode]"))


@file("limit|none")
def ten_million_points__pdf():
    return page(stream(z_stream([b"0 0 m "], b"1 1 l 590 840 l 9 800 l 580 7 l ", 2500000, b"S"),
                       b"/Filter /FlateDecode"))


def z_stream(first, unit, times, last):
    c, out, block = zlib.compressobj(6), [], unit * 1000
    for part in first:
        out.append(c.compress(part))
    for _ in range(times // 1000):
        out.append(c.compress(block))
    out.append(c.compress(last))
    return b"".join(out) + c.flush()


@file("limit|none")
def million_curves__pdf():
    return page(stream(z_stream([b"0 0 m "], b"9 9 500 800 3 840 c 500 1 1 500 590 3 c ", 500000,
                                b"f*"), b"/Filter /FlateDecode"))


def many_pages(n):
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>",
               2: b"<< /Type /Pages /Count %d /Kids [%s] >>"
                  % (n, b" ".join(b"%d 0 R" % (i + 3) for i in range(n)))}
    for i in range(n):
        objects[i + 3] = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    return pdf(objects)


@file("limit")
def hundred_thousand_pages__pdf():
    return many_pages(100000)


@file("none")
def as_many_pages_as_allowed__pdf():
    return many_pages(2000)


@file("limit")
def one_page_too_many__pdf():
    return many_pages(2001)


@file("damaged|limit")
def page_count_lies__pdf():
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Kids [3 0 R] /Count 2147483647 >>",
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"})


@file("damaged")
def page_count_negative__pdf():
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Kids [3 0 R] /Count -5 >>",
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"})


@file("damaged")
def page_tree_cycle__pdf():
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Kids [3 0 R] /Count 2 >>",
                3: b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 2 >>"})


@file("damaged|limit|none")
def page_tree_deep__pdf():
    n, objects = 20000, {1: b"<< /Type /Catalog /Pages 2 0 R >>"}
    for i in range(2, n):
        objects[i] = b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (i + 1)
    objects[n] = b"<< /Type /Page /Parent %d 0 R /MediaBox [0 0 99 99] >>" % (n - 1)
    return pdf(objects)


@file("damaged")
def no_page__pdf():
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [] /Count 0 >>"})


@file("limit|none", slow=True)
def tiling_bomb__pdf():
    tile = stream(b"0 0 1 1 re f", b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1"
                  b" /BBox [0 0 1 1] /XStep 0.001 /YStep 0.001 /Resources << >>")
    return page(b"/Pattern cs /P scn 0 0 595 842 re f", b"/Pattern << /P 5 0 R >>", {5: tile})


@file("limit|none|damaged")
def tiling_in_tiling__pdf():
    more = {5 + i: stream(b"/Pattern cs /P scn 0 0 100 100 re f",
                          b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 9 9]"
                          b" /XStep 1 /YStep 1 /Resources << /Pattern << /P %d 0 R >> >>" % (6 + i))
            for i in range(12)}
    more[17] = stream(b"0 0 1 1 re f", b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1"
                      b" /BBox [0 0 1 1] /XStep 1 /YStep 1 /Resources << >>")
    return page(b"/Pattern cs /P scn 0 0 595 842 re f", b"/Pattern << /P 5 0 R >>", more)


def form(content, n_next):
    return stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources <<"
                  b" /XObject << /F %d 0 R >> >>" % n_next)


@file("limit|none|damaged", slow=True)
def form_bomb__pdf():
    more = {5 + i: form(b"/F Do " * 10, 6 + i) for i in range(20)}
    more[25] = form(b"0 0 1 1 re f", 25)
    return page(b"/F Do", b"/XObject << /F 5 0 R >>", more)


@file("damaged|none")
def form_cycle__pdf():
    return page(b"/F Do", b"/XObject << /F 5 0 R >>", {5: form(b"/F Do /F Do", 6),
                                                       6: form(b"/F Do /F Do", 5)})


@file("damaged|none|limit")
def forms_deep__pdf():
    more = {5 + i: form(b"q 1 0 0 1 0 0 cm /F Do Q", 6 + i) for i in range(5000)}
    more[5005] = form(b"0 0 1 1 re f", 5005)
    return page(b"/F Do", b"/XObject << /F 5 0 R >>", more)


@file("none|damaged")
def length_lies__pdf():
    return page(stream(b"0 0 9 9 re f", length=999999999))


@file("none|damaged")
def length_negative__pdf():
    return page(stream(b"0 0 9 9 re f", length=-7))


@file("damaged")
def cut_in_half__pdf():
    whole = image_page(image(2000, 2000, z(noise(4000000)), bits=8))
    return whole[:len(whole) // 2]


@file("none|damaged")
def no_xref__pdf():
    whole = page(b"0 0 9 9 re f")
    return whole[:whole.rindex(b"xref\n0")]


@file("none|damaged")
def xref_points_to_itself__pdf():
    whole = page(b"0 0 9 9 re f")
    at = whole.rindex(b"xref\n0 ")
    return whole.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % at)


@file("none|damaged|limit")
def xref_size_lies__pdf():
    whole = page(b"0 0 9 9 re f")
    return whole.replace(b"trailer\n<< /Size 5", b"trailer\n<< /Size 2147483647")


@file("damaged|none")
def object_stream_in_itself__pdf():
    inside = b"5 0 << /Type /ObjStm >>"
    body = stream(inside, b"/Type /ObjStm /N 1 /First 4 /Extends 5 0 R")
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 5 0 R >>",
                5: body})


@file("damaged")
def jbig2_damaged__pdf():
    return image_page(image(2000, 2000, b"\0\0\0\0\x30\0\1\0\0\0\x13" + b"\xff" * 300,
                            b"/JBIG2Decode"))


@file("damaged|limit")
def jbig2_huge__pdf():
    head = struct.pack(">IBBBI", 0, 0x30, 0, 1, 19) + struct.pack(">IIIIBH", 0x7fffffff, 0xffffffff,
                                                                0, 0, 0, 0)
    return image_page(image(100, 100, head, b"/JBIG2Decode"))


@file("damaged")
def jpx_damaged__pdf():
    data = b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0\0\0\x14ftypjp2 \0\0\0\0jp2 " + noise(500)
    return image_page(image(2000, 2000, data, b"/JPXDecode", 8))


@file("damaged|limit")
def jpx_huge__pdf():
    siz = struct.pack(">HHHIIIIIIIIH", 0xff51, 41, 0, 100000, 100000, 0, 0, 1, 1, 0, 0, 1) + b"\7\1\1"
    return image_page(image(100000, 100000, b"\xff\x4f" + siz + b"\xff\x52" + b"\0" * 60,
                            b"/JPXDecode", 8))


@file("damaged")
def dct_damaged__pdf():
    return image_page(image(2000, 2000, b"\xff\xd8\xff\xe0" + noise(400), b"/DCTDecode", 8))


@file("limit|none")
def image_of_30000_squared__pdf():
    return image_page(image(30000, 30000, z_fill(b"\xff" * 100, 30000 * 30000 // 8 // 100)))


@file("limit|damaged")
def image_without_its_bytes__pdf():
    return image_page(image(100000, 100000, z(b"\0" * 99), bits=8))


@file("limit|damaged")
def image_size_overflows__pdf():
    return image_page(image(0x7fffffff, 0x7fffffff, z(b"\0" * 99), bits=16))


@file("limit|none")  # nothing on it could hold a code
def page_of_a_billion_points__pdf():
    return page(b"0 0 9 9 re f", box=b"0 0 1000000000 1000000000")


@file("none|damaged")
def page_without_size__pdf():
    return page(b"0 0 9 9 re f", box=b"0 0 0 0")


@file("none|damaged|limit")
def page_size_is_nonsense__pdf():
    return page(b"0 0 9 9 re f", box=b"nan -inf 1e400 (x)")


@file("limit|none")
def user_unit_is_huge__pdf():
    return page(b"0 0 9 9 re f", page_extra=b"/UserUnit 1000000")


@file("none|damaged")
def turned_by_45__pdf():
    return page(b"0 0 9 9 re f", page_extra=b"/Rotate 45")


@file("none|damaged")
def mask_of_itself__pdf():
    return image_page(image(10, 10, z(b"\0" * 100), bits=8, extra=b"/SMask 5 0 R"))


@file("limit|none|damaged")
def shading_bomb__pdf():
    f = stream(b"{ " + b"sin cos exch " * 20000 + b"}", b"/FunctionType 4 /Domain [0 1 0 1] /Range [0 1]")
    return page(b"/S sh", b"/Shading << /S << /ShadingType 1 /ColorSpace /DeviceGray /Domain [0 1 0 1]"
                b" /Matrix [595 0 0 842 0 0] /Function 5 0 R >> >>", {5: f})


@file("none|damaged")
def glyph_of_its_own_font__pdf():
    glyph = stream(b"500 0 d0 BT /T 12 Tf (aaaa) Tj ET")
    font = (b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0]"
            b" /FirstChar 97 /LastChar 97 /Widths [9] /Encoding << /Differences [97 /a] >>"
            b" /CharProcs << /a 6 0 R >> /Resources << /Font << /T 5 0 R >> >> >>")
    return page(b"BT /T 12 Tf 9 9 Td (aaaa) Tj ET", b"/Font << /T 5 0 R >>", {5: font, 6: glyph})


@file("none|damaged")
def font_damaged__pdf():
    font = b"<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor 6 0 R >>"
    return page(b"BT /T 12 Tf 9 9 Td (abc) Tj ET", b"/Font << /T 5 0 R >>", {
        5: font, 6: b"<< /Type /FontDescriptor /FontName /X /Flags 4 /FontFile2 7 0 R >>",
        7: stream(b"\0\1\0\0\xff\xff" + noise(5000))})


@file("limit|none")
def million_glyphs__pdf():
    return page(stream(z_stream([b"BT /T 1 Tf 9 400 Td "], b"(" + b"M" * 100 + b") Tj 0 0 Td ", 20000,
                                b"ET"), b"/Filter /FlateDecode"),
                b"/Font << /T << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>")


@file("damaged|limit")
def predictor_lies__pdf():
    return image_page(image(100, 100, z(b"\2" * 999), bits=8, extra=b"/DecodeParms << /Predictor 15"
                            b" /Columns 2147483647 /Colors 32 /BitsPerComponent 16 >>"))


@file("none|damaged|limit")
def run_length_bomb__pdf():
    data = b"\x81 " * 100000
    for _ in range(3):
        data = z(data)
    return page(stream(data, b"/Filter [/FlateDecode /FlateDecode /FlateDecode /RunLengthDecode]"))


@file("none|damaged|limit")
def hundred_filters__pdf():
    data = b"0 0 9 9 re f"
    for _ in range(100):
        data = z(data)
    return page(stream(data, b"/Filter [%s]" % (b"/FlateDecode " * 100)))


@file("limit|none|damaged")
def fax_of_a_million_lines__pdf():
    return image_page(image(60000, 1000000, b"\xff" * 10000, b"/CCITTFaxDecode",
                            extra=b"/DecodeParms << /K -1 /Columns 60000 /Rows 1000000 >>"))


@file("none|damaged|limit")
def arrays_deep__pdf():
    return page(b"0 0 9 9 re f", page_extra=b"/X " + b"[" * 200000 + b"]" * 200000)


@file("none|damaged|limit")
def dictionaries_deep__pdf():
    return page(b"0 0 9 9 re f", page_extra=b"/X " + b"<< /X " * 100000 + b"0" + b" >>" * 100000)


@file("none|limit|damaged")
def states_deep__pdf():
    return page(stream(z_stream([], b"q 1 0 0 1 0 0 cm ", 1000000, b""), b"/Filter /FlateDecode"))


@file("none|limit|damaged")
def clips_deep__pdf():
    return page(stream(z_stream([], b"q 0 0 m 595 0 l 300 842 l h W n ", 100000, b"0 0 9 9 re f"),
                       b"/Filter /FlateDecode"))


@file("none|limit|damaged")
def groups_deep__pdf():
    more = {5 + i: stream(b"/F Do", b"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S"
                          b" /Transparency /I true /K true >> /Resources << /XObject << /F %d 0 R >>"
                          b" >>" % (6 + i)) for i in range(400)}
    more[405] = form(b"0 0 1 1 re f", 405)
    return page(b"/F Do", b"/XObject << /F 5 0 R >>", more)


@file("limit|none")
def dashes__pdf():
    return page(b"[0.00001] 0 d 5 w 0 0 m 595 842 l 0 842 l 595 0 l S " * 50)


@file("none|limit|damaged")
def inline_image_lies__pdf():
    return page(b"BI /W 100000 /H 100000 /BPC 8 /CS /G ID x EI 0 0 9 9 re f")


@file("none|limit|damaged")
def annotations__pdf():
    more = {5: stream(b"0 0 9 9 re f", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]")}
    one = b"<< /Type /Annot /Subtype /Stamp /Rect [0 0 595 842] /AP << /N 5 0 R >> >> "
    return page(b"0 0 9 9 re f", more=more, page_extra=b"/Annots [" + one * 50000 + b"]")


@file("none")
def actions_and_scripts__pdf():
    """What a reader on a desk might run: nobody here does."""
    actions = (b"/S /JavaScript /JS (while \\(true\\) app.alert\\(1\\);)", b"/S /Launch /F (/bin/sh)",
               b"/S /URI /URI (http://127.0.0.1:1/)", b"/S /SubmitForm /F (http://127.0.0.1:1/)",
               b"/S /GoToR /F (/etc/passwd) /D [0 /Fit]", b"/S /ImportData /F (/etc/passwd)")
    chain = b"".join(b"<< /Type /Action %s /Next " % a for a in actions) + b"null" + b" >>" * len(actions)
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R /OpenAction " + chain + b" /AA << /WC " + chain + b" >>"
                   b" /Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (for \\(;;\\);) >>] >> >> >>",
                2: b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /AA << /O " + chain +
                   b" >> /Resources << >> >>",
                4: stream(b"0 0 9 9 re f")})


@file("none|damaged")
def streams_of_other_files__pdf():
    """The page's content, a picture, a font and a page of another document, each said to lie elsewhere."""
    elsewhere = b"/F (/etc/passwd) /FFilter /ASCIIHexDecode"
    more = {5: stream(b"", b"/Type /XObject /Subtype /Image /Width 9 /Height 9 /BitsPerComponent 8"
                           b" /ColorSpace /DeviceGray " + elsewhere),
            6: stream(b"", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Ref << /F << /FS /URL /F"
                           b" (http://127.0.0.1:1/a.pdf) >> /Page 0 >>"),
            7: b"<< /Type /Font /Subtype /TrueType /BaseFont /Elsewhere /FirstChar 65 /LastChar 65 /Widths [500]"
               b" /FontDescriptor << /Type /FontDescriptor /FontName /Elsewhere /Flags 32 /FontFile2 8 0 R >> >>",
            8: stream(b"", elsewhere)}
    return page(stream(b"q 9 0 0 9 0 0 cm /I Do Q /X Do BT /F 9 Tf (A) Tj ET"),
                b"/XObject << /I 5 0 R /X 6 0 R >> /Font << /F 7 0 R >>", more)


@file("none|damaged")
def content_of_another_file__pdf():
    return page(stream(b"", b"/F (/etc/passwd)"))


@file("damaged")
def header_alone__pdf():
    return b"%PDF-1.7\n"


@file("damaged")
def noise_behind_a_header__pdf():
    return b"%PDF-1.7\n" + noise(300000)


def rc4(key, data):
    s, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) & 255
        s[i], s[j] = s[j], s[i]
    i = j = 0
    for c in data:
        i = (i + 1) & 255
        j = (j + s[i]) & 255
        s[i], s[j] = s[j], s[i]
        out.append(c ^ s[(s[i] + s[j]) & 255])
    return bytes(out)


PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@file("encrypted")
def locked_rc4__pdf():
    user, ident = (b"secret" + PAD)[:32], b"0123456789abcdef"
    owner = rc4(hashlib.md5(user).digest()[:5], user)
    key = hashlib.md5(user + owner + struct.pack("<i", -4) + ident).digest()[:5]
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>",
               2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
               9: b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>"
                  % (owner.hex().encode(), rc4(key, PAD).hex().encode())}
    return pdf(objects, b"/Encrypt 9 0 R /ID [<%s> <%s>]" % (ident.hex().encode(), ident.hex().encode()))


@file("encrypted")
def locked_aes256__pdf():
    def h(n):
        return noise(n).hex().encode()
    objects = {1: b"<< /Type /Catalog /Pages 2 0 R >>",
               2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
               9: b"<< /Filter /Standard /V 5 /R 6 /Length 256 /P -4 /O <%s> /U <%s> /OE <%s> /UE <%s>"
                  b" /Perms <%s> /CF << /StdCF << /CFM /AESV3 /Length 32 >> >> /StmF /StdCF"
                  b" /StrF /StdCF >>" % (h(48), h(48), h(32), h(32), h(16))}
    return pdf(objects, b"/Encrypt 9 0 R /ID [<00> <00>]", version=b"2.0")


@file("encrypted|damaged")
def locked_by_an_unknown_handler__pdf():
    return pdf({1: b"<< /Type /Catalog /Pages 2 0 R >>",
                2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
                3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>",
                9: b"<< /Filter /Vendor.Own /V 9 >>"}, b"/Encrypt 9 0 R /ID [<00> <00>]")


# ---- PNG ----

def chunk(kind, data, crc=None):
    check = zlib.crc32(kind + data) if crc is None else crc
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def png(width, height, idat, bits=1, colour=0, interlace=0, before=b""):
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace))
            + before + chunk(b"IDAT", idat) + chunk(b"IEND", b""))


def rows(width, height, bits=1):
    return z_fill(b"\0" + b"\xff" * ((width * bits + 7) // 8), height)


@file("limit")
def huge_by_its_header__png():
    return png(30000, 30000, z(b""), 8)


@file("limit")
def all_30000_squared__png():
    return png(30000, 30000, rows(30000, 30000))


@file("limit|damaged")
def sides_of_two_billion__png():
    return png(0x7fffffff, 0x7fffffff, z(b""), 16, 6)


@file("damaged")
def side_of_zero__png():
    return png(0, 100, z(b""))


@file("none|limit|damaged")
def chunk_flood__png():
    return png(100, 100, rows(100, 100), before=chunk(b"tEXt", b"Comment\0x") * 300000)


@file("none|damaged")
def text_bomb__png():
    return png(100, 100, rows(100, 100), before=chunk(b"zTXt", b"Comment\0\0" + z_fill(b"A" * 64, 4000000)))


@file("none|damaged")
def profile_bomb__png():
    return png(100, 100, rows(100, 100), before=chunk(b"iCCP", b"p\0\0" + z_fill(b"A" * 64, 4000000)))


@file("damaged")
def cut__png():
    return png(2000, 2000, noise(9000))[:4000]


@file("damaged")
def wrong_crc__png():
    whole = bytearray(png(100, 100, rows(100, 100)))
    whole[30] ^= 1
    return bytes(whole)


@file("none|limit|damaged")
def interlaced__png():
    return png(9000, 9000, z_fill(b"\0" * 1000, 9000 * 9000 // 8 // 1000 + 40000), interlace=1)


@file("damaged|none")
def pixels_bomb__png():
    return png(100, 100, z_fill(b"\0" * 64, 8000000))


# ---- JPEG ----

def segment(marker, data):
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data


def jpeg_head(width, height, progressive=False):
    dht = bytes([0]) + bytes([0, 1] + [0] * 14) + b"\0" + bytes([0x10]) + bytes([0, 1] + [0] * 14) + b"\0"
    return (b"\xff\xd8" + segment(0xdb, b"\0" + b"\1" * 64)
            + segment(0xc2 if progressive else 0xc0, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
            + segment(0xc4, dht))


@file("limit|damaged")
def sides_of_65535__jpg():
    return jpeg_head(65535, 65535) + segment(0xda, b"\1\1\0\0\x3f\0") + b"\0" * 99 + b"\xff\xd9"


@file("damaged|none|limit", slow=True)
def scan_flood__jpg():
    scan = segment(0xda, b"\1\1\0\0\0\0") + b"\0" * 4
    return jpeg_head(8000, 8000, True) + scan * 20000 + b"\xff\xd9"


@file("damaged|limit")
def cut__jpg():
    return jpeg_head(3000, 3000) + segment(0xda, b"\1\1\0\0\x3f\0") + b"\0" * 50


@file("damaged")
def noise__jpg():
    return b"\xff\xd8\xff\xe0" + noise(50000)


@file("damaged|none")
def exif_lies__jpg():
    exif = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + b"\x12\1\3\0\xff\xff\xff\xff\xff\xff\xff\xff" * 300
    head = jpeg_head(64, 64)
    return head[:2] + segment(0xe1, exif) + head[2:] + segment(0xda, b"\1\1\0\0\x3f\0") + b"\0" * 99 + b"\xff\xd9"


# ---- TIFF ----

def tag(number, kind, count, value):
    return struct.pack("<HHII", number, kind, count, value)


def directory(tags, following):
    return struct.pack("<H", len(tags)) + b"".join(tags) + struct.pack("<I", following)


def picture_tags(width, height, compression, at, n, rows_per_strip=None):
    return [tag(256, 4, 1, width), tag(257, 4, 1, height), tag(258, 3, 1, 1), tag(259, 3, 1, compression),
            tag(262, 3, 1, 0), tag(273, 4, 1, at), tag(277, 3, 1, 1),
            tag(278, 4, 1, rows_per_strip or height), tag(279, 4, 1, n)]


@file("limit")
def directories_65535__tiff():
    out, n, size = [b"II*\0" + struct.pack("<I", 16), b"\0" * 8], 65535, 2 + 9 * 12 + 4
    for i in range(n):
        out.append(directory(picture_tags(8, 8, 1, 8, 8), 16 + (i + 1) * size if i + 1 < n else 0))
    return b"".join(out)


@file("damaged|limit|none")
def directory_loop__tiff():
    return b"II*\0" + struct.pack("<I", 16) + b"\0" * 8 + directory(picture_tags(8, 8, 1, 8, 8), 16)


@file("limit")
def fax_of_30000_squared__tiff():
    data = b"\0\x10\x01\0\x10\x01"
    return b"II*\0" + struct.pack("<I", 8) + directory(
        picture_tags(30000, 30000, 4, 8 + 2 + 9 * 12 + 4, len(data)), 0) + data


@file("damaged|limit")
def strip_outside__tiff():
    return b"II*\0" + struct.pack("<I", 8) + directory(picture_tags(1000, 1000, 1, 0xfffffff0, 0x7fffffff), 0)


@file("damaged|limit")
def deflate_damaged__tiff():
    data = b"\x78\x9c" + noise(2000)
    return b"II*\0" + struct.pack("<I", 8) + directory(
        picture_tags(2000, 2000, 8, 8 + 2 + 9 * 12 + 4, len(data)), 0) + data


@file("damaged|limit")
def a_strip_a_row_and_a_count_of_two_billion__tiff():
    return b"II*\0" + struct.pack("<I", 8) + directory(
        [tag(256, 4, 1, 1000), tag(257, 4, 1, 1000), tag(259, 3, 1, 1), tag(262, 3, 1, 0),
         tag(273, 4, 0x7fffffff, 8), tag(278, 4, 1, 1), tag(279, 4, 0x7fffffff, 8)], 0)


# ---- GIF, WebP, BMP, HEIC ----

@file("limit|damaged")
def screen_of_65535__gif():
    return b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\x80\0\0\0\0\0\xff\xff\xff" + \
        b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\2\2\x4c\1\0;"


@file("none|limit|damaged")
def frames_100000__gif():
    frame = b"," + struct.pack("<HHHHB", 0, 0, 8, 8, 0) + b"\2\2\x4c\1\0"
    return b"GIF89a" + struct.pack("<HH", 8, 8) + b"\x80\0\0\0\0\0\xff\xff\xff" + frame * 100000 + b";"


@file("damaged")
def lzw_damaged__gif():
    return b"GIF89a" + struct.pack("<HH", 800, 800) + b"\x80\0\0\0\0\0\xff\xff\xff," + \
        struct.pack("<HHHHB", 0, 0, 800, 800, 0) + b"\x08\xff" + noise(255) + b"\0;"


@file("damaged|limit")
def lossless_damaged__webp():
    bits = struct.pack("<I", (16383 - 1) | (16383 - 1) << 14)
    data = b"VP8L" + struct.pack("<I", 60) + b"\x2f" + bits + noise(55)
    return b"RIFF" + struct.pack("<I", len(data) + 4) + b"WEBP" + data


@file("damaged")
def header_alone__webp():
    return b"RIFF\xff\xff\xff\x7fWEBPVP8 "


def bmp(width, height, bits, data=b"", compression=0):
    return b"BM" + struct.pack("<IHHI", 54 + len(data), 0, 0, 54) + struct.pack(
        "<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(data), 0, 0, 0, 0) + data


@file("limit|damaged")
def sides_of_two_billion__bmp():
    return bmp(0x7fffffff, 0x7fffffff, 24)


@file("damaged|limit")
def height_most_negative__bmp():
    return bmp(1000, -0x80000000, 24)


@file("damaged|limit|none|unsupported")
def run_length_bomb__bmp():
    return bmp(9000, 9000, 8, b"\xff\1" * 500000, 1)


@file("damaged")
def bytes_missing__bmp():
    return bmp(3000, 3000, 24, b"\0" * 100)


@file("damaged")
def noise__heic():
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + noise(5000)


@file("damaged|limit")
def items_65535__heic():
    def box(kind, body):
        return struct.pack(">I", len(body) + 8) + kind + body
    infe = box(b"infe", b"\2\0\0\0\0\1\0\0hvc1\0")
    meta = box(b"meta", b"\0\0\0\0" + box(b"hdlr", b"\0" * 8 + b"pict" + b"\0" * 13)
               + box(b"pitm", b"\0\0\0\0\0\1") + box(b"iinf", b"\0\0\0\0\xff\xff" + infe * 65535))
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + meta


@file("damaged|limit")
def box_lengths_lie__heic():
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\xff\xff\xff\xffmeta" + b"\0\0\0\1iloc" + b"\xff" * 500


# ---- archives and mails ----

def archive(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as f:
        for name, data in members:
            f.writestr(zipfile.ZipInfo(name), data, compression)
    return out.getvalue()


def raw_zip(name, packed, unpacked_size, crc=0, copies=1):
    """A ZIP whose sizes are our word; all copies share one member's bytes."""
    local = struct.pack("<IHHHHHIIIHH", 0x04034b50, 20, 0, 8, 0, 33, crc, len(packed), unpacked_size,
                        len(name), 0) + name
    central = b"".join(struct.pack("<IHHHHHHIIIHHHHHII", 0x02014b50, 20, 20, 0, 8, 0, 33, crc,
                                   len(packed), unpacked_size, len(name), 0, 0, 0, 0, 0, 0) + name
                       for _ in range(copies))
    return local + packed + central + struct.pack("<IHHHHIIH", 0x06054b50, 0, 0, copies & 0xffff,
                                                  copies & 0xffff, len(central),
                                                  len(local) + len(packed), 0)


def deflated(head, unit, times):
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    out = [c.compress(head)] + [c.compress(unit * 4096) for _ in range(times // 4096)]
    return b"".join(out) + c.flush()


@file("limit")
def bomb__zip():
    return archive([("a%d.pdf" % i, b"%PDF-1.4\n" + b"\0" * (100 << 20)) for i in range(6)])


@file("limit")
def bomb_in_bomb__zip():
    inner = archive([("a.pdf", b"%PDF-1.4\n" + b"\0" * (100 << 20))])
    return archive([("%d.zip" % i, inner) for i in range(20)])


@file("limit|damaged")
def one_member_of_a_gigabyte__zip():
    packed = deflated(b"%PDF-1.4\n", b"\0" * 256, (1 << 30) // 256)
    return raw_zip(b"a.pdf", packed, 1 << 30)


@file("limit|damaged")
def members_that_share_their_bytes__zip():
    head, n = b"%PDF-1.4\n", 90 << 20
    packed = deflated(head, b"\0" * 256, n // 256)
    return raw_zip(b"a.pdf", packed, len(head) + n, zlib.crc32(bytes(n), zlib.crc32(head)), 1000)


@file("limit")
def ten_deep__zip():
    data = b"%PDF-1.4\n"
    for _ in range(10):
        data = archive([("inner.zip", data)])
    return data


@file("limit")
def members_70000__zip():
    return archive([("%d.txt" % i, b"") for i in range(70000)], zipfile.ZIP_STORED)


@file("damaged|unsupported")
def sizes_lie__zip():
    return raw_zip(b"a.png", deflated(b"\x89PNG\r\n\x1a\n", b"\0", 4096), 0xfffffff0)


@file("damaged")
def noise_in_a_picture__zip():
    return archive([("a.png", b"\x89PNG\r\n\x1a\n" + noise(3000))])


@file("damaged|unsupported")
def noise__zip():
    return b"PK\3\4" + noise(100000)


@file("unsupported")
def names_that_climb__zip():
    return archive([("../../../etc/passwd", b"x"), ("/etc/shadow", b"x"), ("a\0b", b"x")])


@file("limit")
def office_with_a_bomb__docx():
    return archive([("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>"),
                    ("word/media/image1.png", all_30000_squared__png())])


@file("none|unsupported")
def office_that_asks_for_other_files__docx():
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    relation = (b'<Relationships><Relationship Id="r1" TargetMode="External" Target="file:///etc/passwd"/>'
                b'<Relationship Id="r2" TargetMode="External" Target="http://127.0.0.1:1/a.png"/></Relationships>')
    return archive([("[Content_Types].xml", entity), ("word/document.xml", entity),
                    ("word/_rels/document.xml.rels", relation)])


@file("none")
def office_of_a_hundred_megabytes__xlsx():
    return archive([("[Content_Types].xml", b"<Types/>"), ("xl/sheet.xml", b" " * (100 << 20))])


@file("damaged|unsupported")
def noise__7z():
    return b"7z\xbc\xaf\x27\x1c\0\4" + noise(5000)


@file("damaged|unsupported")
def noise__rar():
    return b"Rar!\x1a\7\1\0" + noise(5000)


@file("damaged|unsupported")
def noise_old__rar():
    return b"Rar!\x1a\7\0" + noise(5000)


@file("limit|unsupported")
def mails_twenty_deep__eml():
    data = b"MIME-Version: 1.0\n\nhello\n"
    for _ in range(20):
        data = b"MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(data)
    return data


@file("limit")
def parts_100000__eml():
    return b"MIME-Version: 1.0\n\n" + b"--x\nContent-Type: text/plain\n\n" * 100000


@file("unsupported|damaged")
def line_of_ten_megabytes__eml():
    return b"MIME-Version: 1.0\nContent-Transfer-Encoding: base64\n\n" + b"A" * 10000000


# ---- neither one thing nor another ----

@file("none|damaged|codes")
def pdf_and_zip__pdf():
    whole = page(b"0 0 9 9 re f")
    return whole + archive([("a.txt", b"x")])


@file("none|damaged|unsupported")
def zip_that_stores_a_pdf__zip():
    return archive([("a.pdf", page(b"0 0 9 9 re f"))], zipfile.ZIP_STORED)


@file("none|damaged")
def picture_with_a_pdf_behind__png():
    return png(100, 100, rows(100, 100)) + page(b"0 0 9 9 re f")


@file("none|damaged")
def pdf_behind_a_kilobyte__pdf():
    return b"\n" * 900 + page(b"0 0 9 9 re f")


@file("none|damaged|unsupported")
def picture_that_is_a_script__gif():
    return b"GIF89a/*" + b"\0" * 100 + b"*/=1;alert(1)"


@file("damaged")
def empty__pdf():
    return b""


@file("unsupported")
def one_byte__pdf():
    return b"%"


@file("unsupported")
def web_page__html():
    return b"<!doctype html><title>x</title><script>for(;;);</script>"


@file("unsupported")
def zeros__bin():
    return b"\0" * 5000000


def main():
    words = [word for word in sys.argv[2:] if word != "--long"]
    folder, is_long = sys.argv[1], "--long" in sys.argv
    os.makedirs(folder, exist_ok=True)
    for name, (make, states, slow) in FILES.items():
        if (words and name not in words) or (slow and not is_long and not words):
            continue
        RANDOM.seed(name)
        with open(os.path.join(folder, name), "wb") as f:
            f.write(make())
        print(name, states, flush=True)


if __name__ == "__main__":
    main()
