/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Types by first bytes. See sniff.h. */
#include "mail/sniff.h"

#include "base/cleanup.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct magic {
    const char *bytes;
    size_t n, at;
    const char *type;
};

#define MAGIC(text, at, type) {text, sizeof(text) - 1, at, type}

static const struct magic magics[] = {
    MAGIC("\x89PNG\r\n\x1a\n", 0, "image/png"),
    MAGIC("\xFF\xD8\xFF", 0, "image/jpeg"),
    MAGIC("GIF87a", 0, "image/gif"),
    MAGIC("GIF89a", 0, "image/gif"),
    MAGIC("II*\0", 0, "image/tiff"),
    MAGIC("MM\0*", 0, "image/tiff"),
    MAGIC("II+\0", 0, "image/tiff"),
    MAGIC("MM\0+", 0, "image/tiff"),
    MAGIC("WEBP", 8, "image/webp"),
    MAGIC("ftypheic", 4, "image/heic"),
    MAGIC("ftypheix", 4, "image/heic"),
    MAGIC("ftyphevc", 4, "image/heic"),
    MAGIC("ftypheim", 4, "image/heic"),
    MAGIC("ftypmif1", 4, "image/heif"),
    MAGIC("ftypmsf1", 4, "image/heif"),
    MAGIC("ftypavif", 4, "image/avif"),
    MAGIC("ftypqt  ", 4, "video/quicktime"),
    MAGIC("ftyp", 4, "video/mp4"),
    MAGIC("BM", 0, "image/bmp"),
    MAGIC("{\\rtf", 0, "application/rtf"),
    MAGIC("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 0, "application/x-ole-storage"),
    MAGIC("Rar!\x1a\x07", 0, "application/vnd.rar"),
    MAGIC("7z\xBC\xAF\x27\x1C", 0, "application/x-7z-compressed"),
    MAGIC("\x1F\x8B", 0, "application/gzip"),
    MAGIC("BZh", 0, "application/x-bzip2"),
    MAGIC("\xFD"
          "7zXZ\0",
          0, "application/x-xz"),
    MAGIC("\x28\xB5\x2F\xFD", 0, "application/zstd"),
    MAGIC("ustar", 257, "application/x-tar"),
    MAGIC("\x78\x9F\x3E\x22", 0, "application/vnd.ms-tnef"),
    MAGIC("MZ", 0, "application/vnd.microsoft.portable-executable"),
    MAGIC("\x7F"
          "ELF",
          0, "application/x-executable"),
    MAGIC("%!PS", 0, "application/postscript"),
    MAGIC("OggS", 0, "application/ogg"),
    MAGIC("ID3", 0, "audio/mpeg"),
    MAGIC("BEGIN:VCALENDAR", 0, "text/calendar"),
    MAGIC("BEGIN:VCARD", 0, "text/vcard"),
    MAGIC("<?xml", 0, "application/xml"),
};

/* The first members of a ZIP file tell office files apart. */
static const char *zip_type(const char *p, size_t n)
{
    static const struct {
        const char *member, *type;
    } members[] = {
        {"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
        {"mimetypeapplication/vnd.oasis.opendocument.text",
         "application/vnd.oasis.opendocument.text"},
        {"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
         "application/vnd.oasis.opendocument.spreadsheet"},
        {"mimetypeapplication/vnd.oasis.opendocument.presentation",
         "application/vnd.oasis.opendocument.presentation"},
    };
    for (size_t i = 0; i < ARRAY_LEN(members); i++)
        if (memmem(p, n, members[i].member, strlen(members[i].member)))
            return members[i].type;
    return "application/zip";
}

static const char *text_type(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c == 0 || (c < ' ' && !strchr("\t\n\r\f\x1b", c)))
            return "application/octet-stream";
    }
    while (n > 0 && strchr(" \t\r\n", *p)) {
        p++;
        n--;
    }
    bool html = (n >= 5 && strncasecmp(p, "<html", 5) == 0) ||
                (n >= 9 && strncasecmp(p, "<!doctype", 9) == 0);
    return html ? "text/html" : "text/plain";
}

const char *sniff_type(const void *bytes, size_t n)
{
    const char *p = bytes;
    n = n < SNIFF_BYTES ? n : SNIFF_BYTES;
    if (n == 0)
        return "application/octet-stream";
    /* Readers take a PDF whose header stands anywhere in the first kilobyte. */
    if (memmem(p, n < 1024 ? n : 1024, "%PDF-", 5))
        return "application/pdf";
    if (n > 4 && memcmp(p, "PK\x03\x04", 4) == 0)
        return zip_type(p, n);
    for (size_t i = 0; i < ARRAY_LEN(magics); i++)
        if (n >= magics[i].at + magics[i].n &&
            memcmp(p + magics[i].at, magics[i].bytes, magics[i].n) == 0)
            return magics[i].type;
    if (n > 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
        return text_type(p + 3, n - 3);
    return text_type(p, n);
}
