/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Archives, by libarchive, from memory. The sender chooses every number in them: sizes are counted
 * as the bytes come out, never believed. */
#include "qr/archive.h"

#include "base/buf.h"
#include "base/thai.h"
#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>
#include <strings.h>

enum { PEEK_BYTES = 4096, READ_BYTES = 1 << 16 };

struct walk {
    struct arena *a;
    const struct document_job *job;
    struct document_verdict *out;
    struct archive *ar;
    uint64_t unpacked_bytes; /* of this archive */
    bool has_content_types;  /* the mark of DOCX, XLSX and PPTX */
    bool is_office;
    const char *unread_picture; /* in an Office file, of a kind that nobody reads here */
};

/* What became of a member's bytes. */
enum unpack { UNPACKED, UNPACK_SKIPPED, UNPACK_STOP };

static bool walk_open(struct walk *w);
static bool walk_next(struct walk *w, struct archive_entry **entry_out);
static enum unpack member_unpack(struct walk *w, struct archive_entry *entry);
static void office_note(struct walk *w, const char *path);
static void office_say(struct walk *w);

/* 7z keeps names in UTF-16, ZIP and RAR in whatever they say; libarchive turns them into the
 * locale's letters by iconv, whose tables are files. */
void archive_warm_up(void)
{
    static const char *const charsets[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "CP437"};
    setlocale(LC_CTYPE, "C.UTF-8");
    child_warm_charsets(charsets, ARRAY_LEN(charsets));
}

/* By the first bytes, or NULL. */
static const char *archive_type(const uint8_t *p, size_t n)
{
    static const struct {
        const char *mark;
        size_t n;
        const char *type;
    } marks[] = {
        {"PK\3\4", 4, "application/zip"},
        {"PK\5\6", 4, "application/zip"},
        {"7z\xBC\xAF\x27\x1C", 6, "application/x-7z-compressed"},
        {"Rar!\x1A\x07", 6, "application/vnd.rar"},
    };
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (n >= marks[i].n && memcmp(p, marks[i].mark, marks[i].n) == 0)
            return marks[i].type;
    return NULL;
}

bool archive_is(const uint8_t *p, size_t n, const char *name)
{
    (void)name;
    return archive_type(p, n) != NULL;
}

static void archive_free_it(struct archive **ar)
{
    archive_read_free(*ar);
}

void archive_scan(struct arena *a, const struct document_job *job, struct document_verdict *out)
{
    struct archive *ar CLEANUP(archive_free_it) = archive_read_new();
    struct walk w = {.a = a, .job = job, .out = out, .ar = ar};
    struct archive_entry *entry;
    if (job->depth > ARCHIVE_DEPTH_MAX) {
        document_say(a, out, SCAN_LIMIT, "archives inside archives, deeper than %d",
                     ARCHIVE_DEPTH_MAX);
        return;
    }
    out->type = archive_type(job->bytes, job->n_bytes);
    document_say(a, out, SCAN_UNSUPPORTED, "it holds no file that has pages");
    if (!walk_open(&w))
        return;
    for (int n = 0; walk_next(&w, &entry); n++) {
        if (n == ARCHIVE_MEMBERS_MAX) {
            document_join(out, &(struct document_verdict){
                                   SCAN_LIMIT, NULL,
                                   arena_printf(a, "more than %d members", ARCHIVE_MEMBERS_MAX)});
            break;
        }
        if (member_unpack(&w, entry) == UNPACK_STOP)
            break;
    }
    office_say(&w);
    if (out->state == SCAN_CODES || out->state == SCAN_NONE)
        out->why = NULL;
}

static void archive_damaged(struct walk *w)
{
    const char *said = archive_error_string(w->ar);
    const char *why = said ? text_clean(w->a, said, strlen(said)) : "it cannot be unpacked";
    document_join(w->out, &(struct document_verdict){SCAN_DAMAGED, NULL, why});
}

static bool walk_open(struct walk *w)
{
    if (w->ar && archive_read_support_format_zip(w->ar) == ARCHIVE_OK &&
        archive_read_support_format_7zip(w->ar) == ARCHIVE_OK &&
        archive_read_support_format_rar(w->ar) == ARCHIVE_OK &&
        archive_read_support_format_rar5(w->ar) == ARCHIVE_OK &&
        archive_read_open_memory(w->ar, w->job->bytes, w->job->n_bytes) == ARCHIVE_OK)
        return true;
    archive_damaged(w);
    return false;
}

/* Names hidden behind a password come as a failure of the first header. */
static bool walk_next(struct walk *w, struct archive_entry **entry_out)
{
    int said = archive_read_next_header(w->ar, entry_out);
    if (said == ARCHIVE_OK || said == ARCHIVE_WARN)
        return true;
    if (said == ARCHIVE_EOF)
        return false;
    if (archive_read_has_encrypted_entries(w->ar) == 1)
        document_join(w->out, &(struct document_verdict){SCAN_ENCRYPTED, NULL,
                                                         "its list of members needs a password"});
    else
        archive_damaged(w);
    return false;
}

/* ---- members ---- */

static enum unpack member_stop(struct walk *w, const char *path, int limit, const char *unit)
{
    const char *why = arena_printf(w->a, "the archive unpacks to more than %d %s", limit, unit);
    member_say(w->a, w->out, path, SCAN_LIMIT, why);
    return UNPACK_STOP;
}

static enum unpack member_count(struct walk *w, const char *path, size_t n)
{
    uint64_t packed = w->job->n_bytes;
    w->unpacked_bytes += n;
    w->job->tally->unpacked_bytes += n;
    if (w->job->tally->unpacked_bytes > ARCHIVE_UNPACKED_BYTES_MAX)
        return member_stop(w, path, ARCHIVE_UNPACKED_BYTES_MAX >> 20, "MiB");
    if (w->unpacked_bytes > ARCHIVE_RATIO_FREE_BYTES + packed * ARCHIVE_RATIO_MAX)
        return member_stop(w, path, ARCHIVE_RATIO_MAX, "times its size");
    return UNPACKED;
}

/* Read on until the member ends or holds n bytes. */
static enum unpack member_read(struct walk *w, const char *path, struct buf *data, size_t n)
{
    char bytes[READ_BYTES];
    while (data->len < n) {
        size_t want = n - data->len < sizeof bytes ? n - data->len : sizeof bytes;
        la_ssize_t got = archive_read_data(w->ar, bytes, want);
        if (got == 0)
            return UNPACKED;
        if (got == ARCHIVE_RETRY)
            continue;
        if (got < 0) {
            bool is_locked = archive_read_has_encrypted_entries(w->ar) == 1;
            member_say(w->a, w->out, path, is_locked ? SCAN_ENCRYPTED : SCAN_DAMAGED,
                       is_locked ? "needs a password" : "it cannot be unpacked");
            return UNPACK_SKIPPED;
        }
        if (member_count(w, path, (size_t)got) != UNPACKED)
            return UNPACK_STOP;
        buf_add(data, bytes, (size_t)got);
    }
    return UNPACKED;
}

static bool is_passed_over(struct archive_entry *entry, const char *path)
{
    return archive_entry_filetype(entry) != AE_IFREG || strncmp(path, "__MACOSX/", 9) == 0;
}

/* An OpenDocument says its kind in a member, and its password in another. */
static void odf_note(struct walk *w, const char *path, const struct buf *data)
{
    static const char *const types[] = {
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.presentation",
        "application/vnd.oasis.opendocument.graphics",
    };
    for (size_t i = 0; strcmp(path, "mimetype") == 0 && i < ARRAY_LEN(types); i++)
        if (strcmp(buf_str(data), types[i]) == 0) {
            w->is_office = true;
            w->out->type = types[i];
        }
    if (strcmp(path, "META-INF/manifest.xml") == 0 &&
        memmem(buf_str(data), data->len, "encryption-data", 15))
        document_join(w->out, &(struct document_verdict){SCAN_ENCRYPTED, NULL,
                                                         "a password protects this document"});
}

static enum unpack member_unpack(struct walk *w, struct archive_entry *entry)
{
    const char *raw = archive_entry_pathname(entry);
    const char *path = raw ? raw : "a member without a name";
    struct buf data CLEANUP(buf_fini) = {0};
    if (is_passed_over(entry, path))
        return UNPACK_SKIPPED;
    office_note(w, path);
    if (archive_entry_is_encrypted(entry)) {
        member_say(w->a, w->out, path, SCAN_ENCRYPTED, "needs a password");
        return UNPACK_SKIPPED;
    }
    enum unpack got = member_read(w, path, &data, PEEK_BYTES);
    if (got != UNPACKED)
        return got;
    odf_note(w, path, &data);
    if (data.len == 0 || !document_is_known((const uint8_t *)data.data, data.len, path))
        return UNPACK_SKIPPED;
    got = member_read(w, path, &data, ARCHIVE_MEMBER_BYTES_MAX + 1);
    if (got != UNPACKED)
        return got;
    if (data.len > ARCHIVE_MEMBER_BYTES_MAX)
        member_say(
            w->a, w->out, path, SCAN_LIMIT,
            arena_printf(w->a, "unpacks to more than %d MiB", ARCHIVE_MEMBER_BYTES_MAX >> 20));
    else
        member_scan(w->a, w->job, path, (const uint8_t *)data.data, data.len, w->out);
    return UNPACKED;
}

/* ---- Office files ---- */

static bool has_ending(const char *path, const char *const *endings, size_t n)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < n; i++)
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    return false;
}

/* Drawings as metafiles are pictures too: "no code" would be a lie about them. */
static void office_note(struct walk *w, const char *path)
{
    static const struct {
        const char *folder, *type;
    } kinds[] = {
        {"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
        {"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    };
    static const char *const metafiles[] = {".emf", ".wmf", ".svg", ".wdp", ".pict"};
    w->has_content_types |= strcmp(path, "[Content_Types].xml") == 0;
    for (size_t i = 0; w->has_content_types && !w->is_office && i < ARRAY_LEN(kinds); i++)
        if (strncmp(path, kinds[i].folder, strlen(kinds[i].folder)) == 0) {
            w->is_office = true;
            w->out->type = kinds[i].type;
        }
    if (w->is_office && has_ending(path, metafiles, ARRAY_LEN(metafiles)))
        w->unread_picture = member_name(w->a, path);
}

static void office_say(struct walk *w)
{
    if (!w->is_office || w->out->state != SCAN_UNSUPPORTED)
        return;
    if (w->unread_picture)
        document_say(w->a, w->out, SCAN_UNSUPPORTED, "%s: a drawing that is not read here",
                     w->unread_picture);
    else
        document_join(w->out, &(struct document_verdict){.state = SCAN_NONE});
}
