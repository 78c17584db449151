/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The end of a world: what must be true of it. See world.h. */
#include "base/buf.h"
#include "db/query.h"
#include "tests/flow/world_mails.h"
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define GIVEN_UP                                                                                   \
    "state = 'quarantined' and (why like 'the mail could not be parsed%'"                          \
    " or why like 'เปิดอ่านอีเมลนี้แล้วระบบล้มถึงสามครั้ง%')"

enum { WAIT_TICKS = 400, TICK_US = 25000 };

/* Of the mails that killed their child: those that are registered by now. */
static int n_cured(const struct world *w)
{
    return w->is_released ? w->scenario->n_poison_mails : 0;
}

static int n_expected_receipts(const struct world *w)
{
    return w->scenario->n_letters + n_cured(w);
}

struct receipt {
    char message_id[256];
    uint8_t hash[32]; /* our own headers and everything behind: what relays put in front differs */
};

struct receipts { /* zero-initialised */
    struct receipt *list;
    size_t n, cap;
};

static void receipts_fini(struct receipts *r)
{
    free(r->list);
    *r = (struct receipts){0};
}

static void read_receipt(const char *path, struct receipt *out)
{
    struct buf bytes CLEANUP(buf_fini) = {0};
    char piece[65536];
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) > 0;)
        buf_add(&bytes, piece, (size_t)n);
    const char *start = strstr(buf_str(&bytes), "\nDate: "); /* our first header */
    assert_non_null(start);
    const char *id = strcasestr(start, "\nMessage-ID: ");
    assert_non_null(id);
    *out = (struct receipt){0};
    snprintf(out->message_id, sizeof out->message_id, "%.*s", (int)strcspn(id + 13, "\r\n"),
             id + 13);
    crypto_hash_sha256(out->hash, (const unsigned char *)start, strlen(start));
}

static void collect(struct arena *a, const char *folder, struct receipts *r)
{
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        if (r->n == r->cap) {
            r->cap = r->cap ? r->cap * 2 : 256;
            r->list = reallocarray(r->list, r->cap, sizeof *r->list);
            assert_non_null(r->list);
        }
        read_receipt(arena_printf(a, "%s/%s", folder, e->d_name), &r->list[r->n++]);
    }
    if (dir)
        closedir(dir);
}

static int by_message_id(const void *a, const void *b)
{
    const struct receipt *x = a, *y = b;
    return strcmp(x->message_id, y->message_id);
}

static void collect_all(struct world *w, struct receipts *r)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    r->n = 0;
    for (size_t i = 0; i < WORLD_SENDERS; i++) {
        collect(a, office_path(a, w->daemon->office, "mail/%s/Maildir/new", world_senders[i]), r);
        collect(a, office_path(a, w->daemon->office, "mail/%s/Maildir/cur", world_senders[i]), r);
    }
    if (r->n)
        qsort(r->list, r->n, sizeof *r->list, by_message_id);
}

static int n_arrived(const struct world *w)
{
    int n = 0;
    for (size_t i = 0; i < WORLD_SENDERS; i++)
        n += office_count(w->daemon->office, world_senders[i], "");
    return n;
}

/* Every receipt came; one that came twice is the same to the byte. */
static void check_receipts(struct world *w)
{
    struct receipts r CLEANUP(receipts_fini) = {0};
    int n_distinct = 0, ticks = 0, n_expected = n_expected_receipts(w);
    do {
        while (n_arrived(w) < n_expected && ++ticks < WAIT_TICKS)
            usleep(TICK_US);
        collect_all(w, &r);
        n_distinct = 0;
        for (size_t i = 0; i < r.n; i++) {
            bool is_twin = i > 0 && by_message_id(&r.list[i - 1], &r.list[i]) == 0;
            n_distinct += !is_twin;
            if (is_twin)
                assert_memory_equal(r.list[i - 1].hash, r.list[i].hash, sizeof r.list[i].hash);
        }
        if (n_distinct < n_expected)
            usleep(TICK_US);
    } while (n_distinct < n_expected && ++ticks < WAIT_TICKS);
    assert_int_equal(n_distinct, n_expected);
    w->n_repeats += (int)r.n - n_distinct;
}

/* As the Maildir spells the two folders' names: Dovecot in modified UTF-7, Courier as they are. */
static void check_folders(struct world *w, const char *address, int copies)
{
    const struct scenario *s = w->scenario;
    const struct office *o = w->daemon->office;
    bool is_courier = strcmp(office_get(o, "IMAP_SERVER"), "courier") == 0;
    int n_done = s->n_letters + s->n_duplicates + s->n_automatic,
        n_aside = s->n_strangers + s->n_poison_mails;
    assert_int_equal(office_count(o, address, ""), 0);
    assert_int_equal(
        office_count(o, address,
                     is_courier ? ".ลงทะเบียนแล้ว" : ".&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"),
        n_done * copies);
    assert_int_equal(
        office_count(o, address, is_courier ? ".พักไว้" : ".&Dh4OMQ4BDkQOJw5JDhUOIw4nDggOKg4tDho-"),
        n_aside * copies);
}

/* What killed its child three times is set aside with a reason that an officer sees. */
static void check_poison(struct world *w, struct db *db)
{
    const struct scenario *s = w->scenario;
    int n_mails = s->n_poison_mails - n_cured(w), n_files = w->is_released ? 0 : s->n_poison_files;
    assert_int_equal(database_int(db, "select count(*) from message where state = 'quarantined'"),
                     s->n_strangers + n_mails);
    assert_int_equal(database_int(db, "select count(*) from message where " GIVEN_UP), n_mails);
    assert_int_equal(database_int(db, "select count(*) from attachment where scan_state = 'poison'"
                                      " and scan_why like 'เปิดไฟล์นี้แล้วระบบล้มถึงสามครั้ง%'"),
                     n_files);
    assert_int_equal(
        database_int(db, "select count(*) from attachment where scan_state = 'poison'"), n_files);
}

void world_check(struct world *w)
{
    const struct scenario *s = w->scenario;
    struct db *db CLEANUP(db_closep) = world_database(w);
    int n_items = s->n_letters + s->n_automatic + n_cured(w);
    database_is_sound(db);
    assert_int_equal(database_int(db, "select count(*) from item"), n_items);
    assert_int_equal(database_int(db, "select count(distinct message_id) from item"), n_items);
    assert_int_equal(database_int(db, "select count(*) from attachment where is_attachment"),
                     s->n_documents + s->n_poison_files + (s->large_bytes && s->n_documents == 0));
    assert_int_equal(
        database_int(db,
                     "select count(*) from attachment where is_attachment and scan_state is null"),
        0);
    assert_int_equal(database_int(db, "select count(*) from outbox where state <> 'sent'"), 0);
    check_poison(w, db);
    check_folders(w, WORLD_ADDR, 1);
    if (s->both_mailboxes)
        check_folders(w, WORLD_SECOND_ADDR, 1);
    check_receipts(w);
}

/* ---- an officer's release */

static void release_each(struct world *w, const char *sql)
{
    struct db *db CLEANUP(db_closep) = world_database(w);
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, sql, NULL, &r, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < r.n; i++)
        assert_int_equal(daemon_run(w->daemon, NULL, "thanwela", "item", "release",
                                    row_text(&r, i, 0), "--why", "the reader was mended", NULL),
                         0);
}

void world_release_poison(struct world *w)
{
    release_each(w, "select id::text from message where " GIVEN_UP);
    release_each(w, "select distinct i.no || '/' || i.year from item i join attachment a"
                    " on a.item_id = i.id where a.scan_state = 'poison'");
    unsetenv("THANWELA_POISON");
    w->is_released = true;
}
