/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What kind of file is it? Only the bytes are asked; names and labels are the sender's words. */
#include "qr/document.h"
#include "qr/heap.h"

#include "qr/archive.h"
#include <stdarg.h>
#include <string.h>

static bool is_pdf(const uint8_t *p, size_t n, const char *name);
static bool is_image(const uint8_t *p, size_t n, const char *name);

/* Archives first: a PDF stored as an archive's first member has its mark within reach too. */
static const struct document_kind kinds[] = {
    {"application/zip", archive_is, archive_scan},
    {"application/x-ole-storage", ole_is, ole_scan},
    {"application/pdf", is_pdf, pdf_scan},
    {"image", is_image, image_scan},
    {"message/rfc822", mail_file_is, mail_file_scan},
    {"application/vnd.ms-tnef", tnef_is, tnef_scan},
};

enum { PDF_MARK_WITHIN = 1024 }; /* bytes before %PDF- that readers put up with */

static bool is_pdf(const uint8_t *p, size_t n, const char *name)
{
    (void)name;
    return memmem(p, n < PDF_MARK_WITHIN ? n : PDF_MARK_WITHIN, "%PDF-", 5) != NULL;
}

static bool is_image(const uint8_t *p, size_t n, const char *name)
{
    (void)name;
    return image_type(p, n) != NULL;
}

static const struct document_kind *kind_of(const uint8_t *p, size_t n, const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (kinds[i].is(p, n, name))
            return &kinds[i];
    return NULL;
}

bool document_is_known(const uint8_t *p, size_t n, const char *name)
{
    return kind_of(p, n, name) != NULL;
}

void document_scan(struct arena *a, const struct document_job *job, struct document_verdict *out)
{
    *out = (struct document_verdict){.state = SCAN_UNSUPPORTED, .type = "application/octet-stream"};
    if (job->n_bytes == 0) {
        document_say(a, out, SCAN_DAMAGED, "the file is empty");
        return;
    }
    if (job->depth > DOCUMENT_DEPTH_MAX) {
        document_say(a, out, SCAN_LIMIT, "files inside files, deeper than %d", DOCUMENT_DEPTH_MAX);
        return;
    }
    const struct document_kind *kind = kind_of(job->bytes, job->n_bytes, job->name);
    if (kind) {
        out->type = kind->type;
        kind->scan(a, job, out);
        return;
    }
    document_say(a, out, SCAN_UNSUPPORTED, "not a kind of file that holds pages");
}

void document_warm_up(void)
{
    pdf_warm_up();
    image_warm_up();
    archive_warm_up();
    heap_warm_up(); /* last: nothing here may touch the pages that are the children's */
}

/* The worse news first: a reader must not take "none" for "all was looked at". */
static int rank(enum scan_state s)
{
    static const int ranks[SCAN_N_STATES] = {
        [SCAN_LIMIT] = 5, [SCAN_ENCRYPTED] = 4, [SCAN_DAMAGED] = 3,
        [SCAN_CODES] = 2, [SCAN_NONE] = 1,      [SCAN_UNSUPPORTED] = 0,
    };
    return ranks[s];
}

void document_join(struct document_verdict *whole, const struct document_verdict *member)
{
    if (rank(member->state) > rank(whole->state)) {
        whole->state = member->state;
        whole->why = member->why;
    }
}

void document_say(struct arena *a, struct document_verdict *out, enum scan_state state,
                  const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    out->state = state;
    out->why = arena_vprintf(a, fmt, args);
    va_end(args);
}
