/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Documents that came by hand. See by_hand.h. */
#include "db/by_hand.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/refusals.h"
#include "base/thai.h"
#include "db/agency.h"
#include "db/query.h"
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

enum { PIECE_BYTES = 64 * 1024 };

static bool is_there(const char *text)
{
    return text && *text;
}

static const char *filled(const char *text)
{
    return is_there(text) ? text : NULL;
}

/* ---------------------------------------------------------------- what is said of it */

static const char matter_sql[] = "select from matter where no || '/' || year = $1";

static bool check_matter(struct db *db, const char *matter, struct err *err)
{
    struct rows r CLEANUP(rows_fini) = {0};
    struct params p = {0};
    param_text(&p, matter);
    if (!is_there(matter))
        return true;
    if (!db_query(db, matter_sql, &p, &r, err))
        return false;
    return r.n == 1 || err_say(err, REFUSE_MATTER_UNKNOWN, matter);
}

static bool check(struct db *db, const struct by_hand *h, int64_t now_us, int *agency_id_out,
                  struct err *err)
{
    if (!is_there(h->subject) || h->n_files == 0 || h->n_files > BY_HAND_FILES_MAX)
        return err_say(err, REFUSE_HAND_WANTS, BY_HAND_FILES_MAX);
    if (h->entered_us != TIME_NONE && h->entered_us > now_us)
        return err_say(err, REFUSE_HAND_TOO_EARLY);
    if (h->entered_us != TIME_NONE && !is_there(h->why))
        return err_say(err, REFUSE_HAND_TIME_WHY);
    if (!agency_find(db, is_there(h->agency) ? h->agency : "", agency_id_out, err))
        return false;
    if (!*agency_id_out)
        return err_say(err, REFUSE_AGENCY_UNKNOWN, is_there(h->agency) ? h->agency : "-");
    return check_matter(db, h->matter, err);
}

/* ---------------------------------------------------------------- its files */

/* Copies one file behind the others, and hashes it. */
static bool spool_file(struct arena *a, const struct by_hand_file *f, int spool,
                       struct registry_part *out, struct err *err)
{
    crypto_hash_sha256_state hash;
    unsigned char piece[PIECE_BYTES];
    uint8_t *sha256 = arena_alloc(a, crypto_hash_sha256_BYTES);
    off_t start = lseek(spool, 0, SEEK_CUR);
    uint64_t size = 0;
    ssize_t n;
    crypto_hash_sha256_init(&hash);
    while ((n = pread(f->fd, piece, sizeof piece, (off_t)size)) > 0) {
        crypto_hash_sha256_update(&hash, piece, (size_t)n);
        if (write(spool, piece, (size_t)n) != n)
            return err_set(err, ERR_RETRY, "by hand: %s: %s", f->filename, strerror(errno));
        size += (uint64_t)n;
    }
    if (n < 0 || size != f->size_bytes)
        return err_set(err, ERR_RETRY, "by hand: %s cannot be read whole", f->filename);
    crypto_hash_sha256_final(&hash, sha256);
    *out = (struct registry_part){.offset = (uint64_t)start,
                                  .size = size,
                                  .sha256 = sha256,
                                  .filename = f->filename,
                                  .label_type = "application/octet-stream",
                                  .type = f->type,
                                  .is_attachment = true,
                                  .is_scanned = true};
    return true;
}

/* What makes it this document; each field ends in a zero byte, so that none runs into the next. */
static const uint8_t *identity(struct arena *a, const struct by_hand *h,
                               const struct registry_part *parts)
{
    const char *fields[] = {"by hand", h->subject, h->agency, h->letter_no ? h->letter_no : ""};
    crypto_hash_sha256_state hash;
    uint8_t *out = arena_alloc(a, crypto_hash_sha256_BYTES);
    crypto_hash_sha256_init(&hash);
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        crypto_hash_sha256_update(&hash, (const unsigned char *)fields[i], strlen(fields[i]) + 1);
    for (uint32_t i = 0; i < h->n_files; i++)
        crypto_hash_sha256_update(&hash, parts[i].sha256, crypto_hash_sha256_BYTES);
    crypto_hash_sha256_final(&hash, out);
    return out;
}

/* ---------------------------------------------------------------- registering */

bool by_hand_add(struct db *db, const char *series, const struct by_hand *h, int64_t now_us,
                 struct registry_result *out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct registry_part *parts = arena_array(a, h->n_files, sizeof *parts);
    int spool CLEANUP(fd_closep) = child_memfd("by hand"), agency_id = 0;
    if (!check(db, h, now_us, &agency_id, err))
        return false;
    for (uint32_t i = 0; i < h->n_files; i++)
        if (!spool_file(a, &h->file[i], spool, &parts[i], err))
            return false;
    const struct registry_mail m = {
        .who = h->who,
        .why = filled(h->why),
        .content_key = identity(a, h, parts),
        .sent_at_us = TIME_NONE,
        .entered_at_us = h->entered_us == TIME_NONE ? now_us : h->entered_us,
        .from_addr = filled(h->mail),
        .agency_id = agency_id,
        .agency_how = "officer",
        .check_why = "",
        .subject = h->subject,
        .subject_fold = thai_fold(a, h->subject),
        .letter_no = filled(h->letter_no),
        .letter_date_us = TIME_NONE,
        .urgency = "",
        .secrecy = "",
        .within_us = TIME_NONE,
        .meeting_date_us = TIME_NONE,
        .matter_ref = filled(h->matter),
        .no_receipt_why = is_there(h->mail) ? "" : "hand",
        .n_claimed = -1,
        .parts_fd = spool,
        .parts = parts,
        .n_parts = h->n_files,
    };
    return registry_add(db, series, &m, 1, out, err);
}
