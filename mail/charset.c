/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Charsets of mail. See charset.h. The two that carry nearly all of it besides UTF-8, windows-874
 * and windows-1252, are small tables here; the rest is iconv's. */
#include "mail/charset.h"

#include "base/thai.h"
#include <ctype.h>
#include <errno.h>
#include <glob.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#define UNDECODABLE "\xEF\xBF\xBD"

enum charset_kind { KIND_GUESS, KIND_WINDOWS_874, KIND_WINDOWS_1252, KIND_ICONV };

struct charset {
    const char *label; /* small letters */
    enum charset_kind kind;
    const char *iconv_name; /* KIND_ICONV only */
};

/* US-ASCII is a guess: what says so and has high bytes lies, and Thai mailers do. */
static const struct charset charsets[] = {
    {"utf-8", KIND_GUESS, NULL},
    {"utf8", KIND_GUESS, NULL},
    {"us-ascii", KIND_GUESS, NULL},
    {"ascii", KIND_GUESS, NULL},
    {"ansi_x3.4-1968", KIND_GUESS, NULL},
    {"unicode-1-1-utf-8", KIND_GUESS, NULL},
    {"tis-620", KIND_WINDOWS_874, NULL},
    {"tis620", KIND_WINDOWS_874, NULL},
    {"tis_620", KIND_WINDOWS_874, NULL},
    {"tis-620-2533", KIND_WINDOWS_874, NULL},
    {"tis620-2533", KIND_WINDOWS_874, NULL},
    {"tis620.2533", KIND_WINDOWS_874, NULL},
    {"tis620.2533-1", KIND_WINDOWS_874, NULL},
    {"tis620-0", KIND_WINDOWS_874, NULL},
    {"iso-8859-11", KIND_WINDOWS_874, NULL},
    {"iso8859-11", KIND_WINDOWS_874, NULL},
    {"iso_8859-11", KIND_WINDOWS_874, NULL},
    {"iso-ir-166", KIND_WINDOWS_874, NULL},
    {"windows-874", KIND_WINDOWS_874, NULL},
    {"windows874", KIND_WINDOWS_874, NULL},
    {"x-windows-874", KIND_WINDOWS_874, NULL},
    {"cp874", KIND_WINDOWS_874, NULL},
    {"cp-874", KIND_WINDOWS_874, NULL},
    {"ms874", KIND_WINDOWS_874, NULL},
    {"ibm874", KIND_WINDOWS_874, NULL},
    {"ibm-874", KIND_WINDOWS_874, NULL},
    {"x-ibm874", KIND_WINDOWS_874, NULL},
    {"dos-874", KIND_WINDOWS_874, NULL},
    {"874", KIND_WINDOWS_874, NULL},
    {"thai", KIND_WINDOWS_874, NULL},
    {"x-mac-thai", KIND_WINDOWS_874, NULL},
    {"macthai", KIND_WINDOWS_874, NULL},
    {"iso-8859-1", KIND_WINDOWS_1252, NULL},
    {"iso8859-1", KIND_WINDOWS_1252, NULL},
    {"iso_8859-1", KIND_WINDOWS_1252, NULL},
    {"latin1", KIND_WINDOWS_1252, NULL},
    {"latin-1", KIND_WINDOWS_1252, NULL},
    {"windows-1252", KIND_WINDOWS_1252, NULL},
    {"cp1252", KIND_WINDOWS_1252, NULL},
    {"iso-8859-2", KIND_ICONV, "ISO-8859-2"},
    {"iso-8859-3", KIND_ICONV, "ISO-8859-3"},
    {"iso-8859-4", KIND_ICONV, "ISO-8859-4"},
    {"iso-8859-5", KIND_ICONV, "ISO-8859-5"},
    {"iso-8859-6", KIND_ICONV, "ISO-8859-6"},
    {"iso-8859-7", KIND_ICONV, "ISO-8859-7"},
    {"iso-8859-8", KIND_ICONV, "ISO-8859-8"},
    {"iso-8859-8-i", KIND_ICONV, "ISO-8859-8"},
    {"iso-8859-9", KIND_ICONV, "ISO-8859-9"},
    {"iso-8859-10", KIND_ICONV, "ISO-8859-10"},
    {"iso-8859-13", KIND_ICONV, "ISO-8859-13"},
    {"iso-8859-14", KIND_ICONV, "ISO-8859-14"},
    {"iso-8859-15", KIND_ICONV, "ISO-8859-15"},
    {"iso-8859-16", KIND_ICONV, "ISO-8859-16"},
    {"windows-1250", KIND_ICONV, "CP1250"},
    {"windows-1251", KIND_ICONV, "CP1251"},
    {"windows-1253", KIND_ICONV, "CP1253"},
    {"windows-1254", KIND_ICONV, "CP1254"},
    {"windows-1255", KIND_ICONV, "CP1255"},
    {"windows-1256", KIND_ICONV, "CP1256"},
    {"windows-1257", KIND_ICONV, "CP1257"},
    {"windows-1258", KIND_ICONV, "CP1258"},
    {"cp1250", KIND_ICONV, "CP1250"},
    {"cp1251", KIND_ICONV, "CP1251"},
    {"koi8-r", KIND_ICONV, "KOI8-R"},
    {"koi8-u", KIND_ICONV, "KOI8-U"},
    {"ibm437", KIND_ICONV, "CP437"},
    {"cp437", KIND_ICONV, "CP437"},
    {"ibm850", KIND_ICONV, "CP850"},
    {"cp850", KIND_ICONV, "CP850"},
    {"ibm866", KIND_ICONV, "CP866"},
    {"cp866", KIND_ICONV, "CP866"},
    {"macintosh", KIND_ICONV, "MACINTOSH"},
    {"x-mac-roman", KIND_ICONV, "MACINTOSH"},
    /* The Chinese, Japanese and Korean labels are read as the superset that mailers write. */
    {"gb2312", KIND_ICONV, "GB18030"},
    {"gb_2312-80", KIND_ICONV, "GB18030"},
    {"gbk", KIND_ICONV, "GB18030"},
    {"x-gbk", KIND_ICONV, "GB18030"},
    {"cp936", KIND_ICONV, "GB18030"},
    {"gb18030", KIND_ICONV, "GB18030"},
    {"euc-cn", KIND_ICONV, "GB18030"},
    {"big5", KIND_ICONV, "BIG5-HKSCS"},
    {"big5-hkscs", KIND_ICONV, "BIG5-HKSCS"},
    {"cp950", KIND_ICONV, "CP950"},
    {"shift_jis", KIND_ICONV, "CP932"},
    {"shift-jis", KIND_ICONV, "CP932"},
    {"sjis", KIND_ICONV, "CP932"},
    {"x-sjis", KIND_ICONV, "CP932"},
    {"cp932", KIND_ICONV, "CP932"},
    {"windows-31j", KIND_ICONV, "CP932"},
    {"euc-jp", KIND_ICONV, "EUC-JP-MS"},
    {"x-euc-jp", KIND_ICONV, "EUC-JP-MS"},
    {"iso-2022-jp", KIND_ICONV, "ISO-2022-JP-3"},
    {"iso-2022-jp-1", KIND_ICONV, "ISO-2022-JP-3"},
    {"iso-2022-jp-2", KIND_ICONV, "ISO-2022-JP-2"},
    {"iso-2022-jp-3", KIND_ICONV, "ISO-2022-JP-3"},
    {"cp50220", KIND_ICONV, "ISO-2022-JP-3"},
    {"euc-kr", KIND_ICONV, "CP949"},
    {"ks_c_5601-1987", KIND_ICONV, "CP949"},
    {"ks_c_5601", KIND_ICONV, "CP949"},
    {"ksc5601", KIND_ICONV, "CP949"},
    {"cp949", KIND_ICONV, "CP949"},
    {"uhc", KIND_ICONV, "CP949"},
    {"iso-2022-kr", KIND_ICONV, "ISO-2022-KR"},
    {"iso-2022-cn", KIND_ICONV, "ISO-2022-CN"},
    {"utf-7", KIND_ICONV, "UTF-7"},
    {"unicode-1-1-utf-7", KIND_ICONV, "UTF-7"},
    {"x-unicode-2-0-utf-7", KIND_ICONV, "UTF-7"},
    {"utf-16", KIND_ICONV, "UTF-16"},
    {"utf-16le", KIND_ICONV, "UTF-16LE"},
    {"utf-16be", KIND_ICONV, "UTF-16BE"},
    {"unicode", KIND_ICONV, "UTF-16"},
    {"utf-32", KIND_ICONV, "UTF-32"},
    {"utf-32le", KIND_ICONV, "UTF-32LE"},
    {"utf-32be", KIND_ICONV, "UTF-32BE"},
};

static const struct charset *charset_find(const char *label);
static void decode_guess(struct buf *out, const unsigned char *p, size_t n, enum charset_use use);
static bool says_latin_means_other(const unsigned char *p, size_t n);
static void decode_utf8(struct buf *out, const unsigned char *p, size_t n, enum charset_use use);
static void decode_bytes(struct buf *out, const unsigned char *p, size_t n, uint16_t (*to)(uint8_t),
                         enum charset_use use);
static void decode_iconv(struct buf *out, iconv_t cd, const unsigned char *p, size_t n,
                         enum charset_use use);
static uint16_t windows_874(uint8_t byte);
static uint16_t windows_1252(uint8_t byte);

void charset_decode(struct buf *out, const char *label, const void *bytes, size_t n,
                    enum charset_use use)
{
    const struct charset *cs = charset_find(label);
    enum charset_kind kind = cs ? cs->kind : KIND_GUESS;
    iconv_t cd = (iconv_t)-1;
    if (kind == KIND_ICONV && (cd = iconv_open("UTF-8", cs->iconv_name)) == (iconv_t)-1)
        kind = KIND_GUESS;
    switch (kind) {
    case KIND_GUESS:
        decode_guess(out, bytes, n, use);
        break;
    case KIND_WINDOWS_874: /* whole UTF-8 under a Thai label is UTF-8: no Thai text is so by chance
                            */
        if (utf8_valid(bytes, n))
            decode_utf8(out, bytes, n, use);
        else
            decode_bytes(out, bytes, n, windows_874, use);
        break;
    case KIND_WINDOWS_1252:
        if (says_latin_means_other(bytes, n))
            decode_guess(out, bytes, n, use);
        else
            decode_bytes(out, bytes, n, windows_1252, use);
        break;
    case KIND_ICONV:
        decode_iconv(out, cd, bytes, n, use);
        iconv_close(cd);
        break;
    }
}

bool charset_known(const char *label)
{
    return charset_find(label) != NULL;
}

/* Mainframes' charsets: nobody writes mail in them, and each module makes every fork dearer. A mail
 * that names one where GMime decodes it ends its child and is set aside. */
static bool never_in_mail(const char *module)
{
    return strncmp(module, "IBM", 3) == 0 || strncmp(module, "EBCDIC", 6) == 0;
}

/* Not only ours: GMime asks for whatever a mail names while it parses, and in the sandbox the
 * attempt to open a module's file is the end. glibc keeps a module loaded as long as one descriptor
 * of it is open: these stay open, on purpose, for the life of the zygote. */
void charset_warm_up(void)
{
    glob_t modules;
    if (glob("/usr/lib/*/gconv/*.so", GLOB_NOSORT, NULL, &modules) == 0) {
        for (size_t i = 0; i < modules.gl_pathc; i++) {
            char *name = strrchr(modules.gl_pathv[i], '/') + 1;
            name[strlen(name) - strlen(".so")] = 0;
            if (!never_in_mail(name))
                (void)iconv_open("UTF-8", name);
        }
        globfree(&modules);
    }
    (void)iconv_open("UTF-8", "WINDOWS-874"); /* IBM874 by another name */
    for (size_t i = 0; i < ARRAY_LEN(charsets); i++)
        if (charsets[i].iconv_name)
            (void)iconv_open("UTF-8", charsets[i].iconv_name);
}

/* Labels come quoted, padded, and with a language tag or parameter behind them. */
static const struct charset *charset_find(const char *label)
{
    char clean[CHARSET_LABEL_MAX + 1];
    size_t n = 0;
    if (!label)
        return NULL;
    label += strspn(label, " \t\"'");
    for (; *label && !strchr(" \t\"'*;", *label); label++) {
        if (n == CHARSET_LABEL_MAX)
            return NULL;
        clean[n++] = (char)tolower((unsigned char)*label);
    }
    clean[n] = 0;
    for (size_t i = 0; i < ARRAY_LEN(charsets); i++)
        if (strcmp(charsets[i].label, clean) == 0)
            return &charsets[i];
    return NULL;
}

/* One decoded letter. */
static void emit(struct buf *out, const char *p, size_t n, enum charset_use use)
{
    unsigned char c = (unsigned char)p[0];
    bool control =
        (n == 1 && (c < ' ' || c == 0x7F)) || (n == 2 && c == 0xC2 && (unsigned char)p[1] < 0xA0);
    if (!control)
        buf_add(out, p, n);
    else if (use == CHARSET_TEXT && c == '\r')
        return;
    else if (use == CHARSET_TEXT && (c == '\t' || c == '\n'))
        buf_addc(out, (char)c);
    else if (c == '\t')
        buf_addc(out, ' ');
    else
        buf_adds(out, UNDECODABLE);
}

static void emit_bmp(struct buf *out, uint16_t u, enum charset_use use)
{
    char utf8[3];
    size_t n = u < 0x80 ? 1 : u < 0x800 ? 2 : 3;
    if (n == 1)
        utf8[0] = (char)u;
    else if (n == 2)
        utf8[0] = (char)(0xC0 | u >> 6);
    else
        utf8[0] = (char)(0xE0 | u >> 12);
    if (n == 3)
        utf8[1] = (char)(0x80 | (u >> 6 & 0x3F));
    if (n > 1)
        utf8[n - 1] = (char)(0x80 | (u & 0x3F));
    emit(out, utf8, n, use);
}

static bool is_ascii(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 0x80)
            return false;
    return true;
}

/* ISO-2022-JP escapes into seven bits: no Thai and no UTF-8 text has them. */
static bool looks_japanese(const unsigned char *p, size_t n)
{
    return is_ascii(p, n) && memmem(p, n, "\x1b$", 2) && memmem(p, n, "\x1b(", 2);
}

/* Thai legacy bytes form stray two-byte sequences of UTF-8, where Thai UTF-8 is all three-byte: so
 * broken UTF-8 stays UTF-8 while more of it is whole than is not, and becomes windows-874 only when
 * each of its high bytes means something there. */
static bool looks_thai(const unsigned char *p, size_t n)
{
    size_t whole = 0, stray = 0;
    for (size_t i = 0, len; i < n; i += len ? len : 1) {
        len = utf8_len((const char *)p + i, n - i);
        if (p[i] >= 0x80 && windows_874(p[i]) == 0xFFFD && len < 3)
            return false;
        if (len > 2)
            whole += len;
        else if (len != 1)
            stray += len ? len : 1;
    }
    return stray > 0 && stray >= whole;
}

/* Mailers set to Latin-1 send Thai under that label. No European word has four accented letters in
 * a row; Thai text has hardly anything else. */
static bool says_latin_means_other(const unsigned char *p, size_t n)
{
    enum { THAI_RUN = 4 };
    size_t run = 0;
    for (size_t i = 0; i < n && run < THAI_RUN; i++)
        run = p[i] >= 0xA1 && windows_874(p[i]) != 0xFFFD ? run + 1 : 0;
    return run == THAI_RUN || (n > 0 && !is_ascii(p, n) && utf8_valid((const char *)p, n));
}

static void decode_guess(struct buf *out, const unsigned char *p, size_t n, enum charset_use use)
{
    iconv_t cd;
    if (looks_japanese(p, n) && (cd = iconv_open("UTF-8", "ISO-2022-JP-3")) != (iconv_t)-1) {
        decode_iconv(out, cd, p, n, use);
        iconv_close(cd);
    } else if (!utf8_valid((const char *)p, n) && looks_thai(p, n)) {
        decode_bytes(out, p, n, windows_874, use);
    } else {
        decode_utf8(out, p, n, use);
    }
}

static void decode_utf8(struct buf *out, const unsigned char *p, size_t n, enum charset_use use)
{
    for (size_t i = 0, len; i < n; i += len ? len : 1) {
        len = utf8_len((const char *)p + i, n - i);
        if (len > 0)
            emit(out, (const char *)p + i, len, use);
        else
            buf_adds(out, UNDECODABLE);
    }
}

static void decode_bytes(struct buf *out, const unsigned char *p, size_t n, uint16_t (*to)(uint8_t),
                         enum charset_use use)
{
    for (size_t i = 0; i < n; i++)
        emit_bmp(out, to(p[i]), use);
}

static void decode_iconv(struct buf *out, iconv_t cd, const unsigned char *p, size_t n,
                         enum charset_use use)
{
    char *in = (char *)(uintptr_t)p; /* iconv never writes there */
    while (n > 0) {
        char chunk[512], *to = chunk;
        size_t room = sizeof chunk;
        size_t done = iconv(cd, &in, &n, &to, &room);
        int why = errno;
        decode_utf8(out, (const unsigned char *)chunk, (size_t)(to - chunk), use);
        if (done == (size_t)-1 && why != E2BIG) {
            buf_adds(out, UNDECODABLE);
            in++;
            n--;
            iconv(cd, NULL, NULL, NULL, NULL);
        }
    }
}

static uint16_t windows_874(uint8_t byte)
{
    static const uint16_t quotes[] = {0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014};
    if (byte < 0x80 || byte == 0xA0)
        return byte;
    if (byte == 0x80)
        return 0x20AC;
    if (byte == 0x85)
        return 0x2026;
    if (byte >= 0x91 && byte <= 0x97)
        return quotes[byte - 0x91];
    if ((byte >= 0xA1 && byte <= 0xDA) || (byte >= 0xDF && byte <= 0xFB))
        return (uint16_t)(byte - 0xA0 + 0x0E00);
    return 0xFFFD;
}

static uint16_t windows_1252(uint8_t byte)
{
    static const uint16_t high[32] = {
        0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
        0x2039, 0x0152, 0xFFFD, 0x017D, 0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
        0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0xFFFD, 0x017E, 0x0178};
    return byte >= 0x80 && byte < 0xA0 ? high[byte - 0x80] : byte;
}
