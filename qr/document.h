/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One document's bytes → its pages and codes, inside the sandboxed child. This is what the child
 * runs, and what a container (archive, mail) calls again for each of its members.
 *
 * Nothing here may be called by the parent on strangers' bytes. */
#ifndef QR_DOCUMENT_H
#define QR_DOCUMENT_H

#include "qr/scan.h"

enum { DOCUMENT_DEPTH_MAX = 8 }; /* containers inside containers; the file itself is depth 0 */

/* Where findings go, as they are made. What the pointers show dies with the call. */
struct document_sink {
    void *user;
    void (*page)(void *user, const struct scan_page *p); /* after its codes */
    void (*code)(void *user, const struct scan_code *c);
};

struct preview;

/* Counted over the whole document, members included; starts as zeros. */
struct document_tally {
    uint32_t n_pages;
    uint32_t n_codes;
    uint64_t unpacked_bytes;            /* out of archives */
    int odds_left;                      /* see hard.h */
    uint64_t load_us, draw_us, read_us; /* CPU: opening and looking; pixels; codes */
    struct preview *preview;            /* where the looks at its page are drawn; NULL: nowhere */
};

struct document_job {
    const uint8_t *bytes;
    size_t n_bytes;
    const char *name;   /* the file's own name, never NULL */
    const char *member; /* path inside the outermost container; NULL for the file itself */
    int depth;          /* 0 for the file itself */
    const struct scan_options *options;
    const struct document_sink *sink;
    struct document_tally *tally; /* shared by all members */
};

struct document_verdict {
    enum scan_state state;
    const char *type; /* sniffed, static text */
    const char *why;  /* NULL for codes and none; lives in the arena */
};

/* A kind of file. scan answers with state, why and sends pages and codes to the sink. */
struct document_kind {
    const char *type; /* "application/pdf" */
    bool (*is)(const uint8_t *p, size_t n, const char *name);
    void (*scan)(struct arena *a, const struct document_job *job, struct document_verdict *out);
};

/* Sniff the kind from the bytes and scan. Every ending is a verdict.
 * in   a lives as long as the document; pages use arenas of their own */
void document_scan(struct arena *a, const struct document_job *job, struct document_verdict *out);

/* Would document_scan find a kind? p: the file's first KiB or more. Containers ask before they
 * unpack a member whole. */
bool document_is_known(const uint8_t *p, size_t n, const char *name);

/* Once in a zygote, before its children have no files left to open: libraries that load parts of
 * themselves or start slowly do so here. */
void document_warm_up(void);

/* What a container says of all its members: start with {SCAN_UNSUPPORTED}, join each. A member that
 * was not fully looked at (limit, encrypted, damaged) is not hidden by the codes of another. */
void document_join(struct document_verdict *whole, const struct document_verdict *member);

/* out: the verdict with its sentence, in a. */
void document_say(struct arena *a, struct document_verdict *out, enum scan_state state,
                  const char *fmt, ...) PRINTF_LIKE(4, 5);

/* The kinds that hold pages themselves: pdf.c, image.c. The kinds that hold other files are added
 * to the table in document.c. */
void pdf_warm_up(void);
void pdf_scan(struct arena *a, const struct document_job *job, struct document_verdict *out);

/* "image/png"… by the first bytes, or NULL. */
const char *image_type(const uint8_t *p, size_t n);
void image_warm_up(void);
void image_scan(struct arena *a, const struct document_job *job, struct document_verdict *out);

#endif
