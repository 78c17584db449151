/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A file → its codes. PDF by MuPDF, pictures by their own libraries, codes by ZXing-C++, all in the
 * sandboxed child. */
#ifndef QR_SCAN_H
#define QR_SCAN_H

#include "base/arena.h"
#include "base/child.h"
#include "base/err.h"
#include <stdint.h>

enum {
    SCAN_PAGES_MAX = 2000,       /* pages looked at in one document */
    SCAN_CODES_MAX = 1000,       /* codes reported of one document */
    SCAN_PX_MAX = 100 * 1000000, /* pixels of one page, checked from its box before rendering */
};

enum scan_state {
    SCAN_CODES,       /* at least one code */
    SCAN_NONE,        /* every page was really looked at; there is no code */
    SCAN_ENCRYPTED,   /* needs a password */
    SCAN_DAMAGED,     /* not to be opened, or a page's pixels did not come out */
    SCAN_UNSUPPORTED, /* not a kind of file that holds pages */
    SCAN_LIMIT,       /* too large, too slow, or too many: what was read so far stands in codes */
    SCAN_N_STATES
};

/* "codes", "none", "encrypted", "damaged", "unsupported", "limit". */
const char *scan_state_name(enum scan_state s);

/* A message in several codes (structured append): are its parts all there? */
enum scan_join {
    JOIN_NONE,    /* a code by itself */
    JOIN_WHOLE,   /* all parts, joined */
    JOIN_MISSING, /* parts are missing: text has "…" in their place */
    JOIN_PARITY,  /* all are there, but they do not belong together by their own check */
    JOIN_DIFFER,  /* a part is there twice and says two things: the first was taken */
    SCAN_N_JOINS
};

/* "none", "whole", "missing", "parity", "differ". */
const char *scan_join_name(enum scan_join j);

/* Where a part was seen; a part may be seen more than once. */
struct scan_part {
    uint32_t number, page; /* both from 1 */
    double corner[4][2];   /* as the code's */
};

struct scan_code {
    const char *format;   /* "QRCode", "MicroQRCode", "rMQRCode", "DataMatrix", "Aztec", "PDF417" */
    const char *text;     /* UTF-8; bytes that are no text become U+FFFD */
    const uint8_t *bytes; /* as encoded */
    uint32_t n_bytes;
    uint32_t page;      /* from 1, over the whole document */
    const char *member; /* path inside an archive or nested mail; NULL in the file itself */
    double x, y; /* centre: points (1/72 in) from the top left for PDF, pixels for pictures */
    double corner[4][2];  /* top left, top right, bottom right, bottom left, same unit */
    uint32_t n_parts;     /* of the message that it is a part of; 0: a code by itself */
    uint32_t part;        /* from 1; 0 by itself, and once joined */
    const char *sequence; /* what the parts of a message share; NULL by itself */
    bool has_eci;         /* it names its character set: text is right */
    enum scan_join join;  /* not JOIN_NONE: text and bytes are all parts', place the first one's */
    const struct scan_part *parts; /* in the order they lie in the document */
    uint32_t n_parts_read;
    const uint32_t *missing; /* numbers of parts, rising */
    uint32_t n_missing;
    const char *parts_say; /* one sentence: "part 2 of 3 is missing"; NULL by itself */
};

struct scan_page {
    const char *steps;    /* what was tried: "page image 200 dpi, upscaled: nothing found" */
    double width, height; /* same unit as the codes' */
    uint32_t n_codes;     /* symbols: parts count each */
};

struct scan_result {
    enum scan_state state;
    const char *why;  /* one sentence for every state but codes and none; else NULL */
    bool reader_died; /* it crashed or asked for what is forbidden (state is damaged), or got no CPU
                         (limit): another try may show whether the file is to blame */
    const char *type; /* sniffed: "application/pdf" */
    struct scan_page *pages;
    uint32_t n_pages; /* as many as were looked at */
    struct scan_code *codes;
    uint32_t n_codes; /* by page, then top, then left; parts of one message are one */
    double load_ms, draw_ms, read_ms; /* CPU: opening and looking; pixels; codes. 0 if it died */
    double cpu_ms;                    /* CPU of the child, all in all */
    const uint8_t *preview; /* preview_w * preview_h grey pixels of preview_page, or NULL */
    int preview_w, preview_h;
    uint32_t preview_page;
    double preview_scale; /* its pixels in one of the page's units */
};

struct scan_options {
    bool more_formats;     /* DataMatrix, Aztec and PDF417 too */
    uint32_t preview_page; /* from 1: show what was seen of this page; 0: none */
};

bool scan_zygote_start(struct zygote **out, struct err *err) MUST_CHECK;

/* Scan the document in doc_fd (a memfd, sealed by this). name is the file's own name: shown, and
 * used only where the bytes do not tell. out  lives in a; bad files are answers (state), not errors
 * err  RETRY the zygote is gone; the caller counts attempts */
bool scan_document(struct arena *a, struct zygote *z, int doc_fd, const char *name,
                   const struct scan_options *options, struct scan_result *out,
                   struct err *err) MUST_CHECK;

#endif
