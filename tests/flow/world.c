/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Worlds of mails. See world.h. */
#include "tests/flow/world.h"

#include "base/buf.h"
#include "db/query.h"
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { RUNS_MAX = 12, WAIT_TICKS = 400, TICK_US = 25000 };

static const char *const senders[] = {"saraban@customs.go.th", "saraban@excise.go.th",
                                      "saraban@rd.go.th", "saraban@cgd.go.th",
                                      "saraban@treasury.go.th"};
static const char office_addr[] = "saraban@mof.example", second_addr[] = "sapha@mof.example";
static const char stranger_addr[] = "stranger@gmail.com";

/* ---- the start */

static struct db *superuser(const struct world *w, const char *database)
{
    struct db *db = NULL;
    struct err err = {0};
    char conninfo[512];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=%s user=%s",
             w->database_host ? w->database_host : office_get(w->daemon->office, "DB_HOST"),
             database, office_get(w->daemon->office, "DB_SUPERUSER"));
    if (!db_open_raw(conninfo, NULL, "test", &db, &err) || !db_limit_silence(db, 0, &err))
        fail_msg("%s", err.text);
    return db;
}

struct db *world_database(const struct world *w)
{
    return superuser(w, "thanwela");
}

struct world *world_new(const struct scenario *s)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    w->scenario = s;
    w->daemon = daemon_new(s->office_options, s->mailboxes);
    struct db *db CLEANUP(db_closep) = superuser(w, "postgres");
    database_run(db, "alter database thanwela rename to seeded");
    return w;
}

void world_free(struct world *w)
{
    daemon_free(w->daemon);
    free(w);
}

void world_spare_the_disk(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "postgres");
    database_run(db, "alter system set fsync = off");
    database_run(db, "select pg_reload_conf()");
}

static void read_document(struct buf *out)
{
    char bytes[65536];
    int fd CLEANUP(fd_closep) = open(TESTS_DATA "/documents/vec-000.pdf", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (ssize_t n; (n = read(fd, bytes, sizeof bytes)) > 0;)
        buf_add(out, bytes, (size_t)n);
}

static void add_base64(struct buf *out, const struct buf *bytes)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes->len; i += 3) {
        size_t left = bytes->len - i;
        unsigned v = (unsigned)(unsigned char)bytes->data[i] << 16;
        v |= left > 1 ? (unsigned)(unsigned char)bytes->data[i + 1] << 8 : 0;
        v |= left > 2 ? (unsigned char)bytes->data[i + 2] : 0;
        char four[] = {alphabet[v >> 18], alphabet[v >> 12 & 63],
                       left > 1 ? alphabet[v >> 6 & 63] : '=', left > 2 ? alphabet[v & 63] : '='};
        buf_add(out, four, sizeof four);
        if (i % 57 == 54)
            buf_adds(out, "\r\n");
    }
    buf_adds(out, "\r\n");
}

/* A letter as our mail server hands it over; hop makes trace headers differ, and nothing else. */
static void compose_letter(int i, int hop, const char *extra, const struct buf *file,
                           struct buf *out)
{
    const char *from = senders[(size_t)i % ARRAY_LEN(senders)];
    buf_clear(out);
    buf_addf(out, "Received: from relay%d by mx.mof.example; Sun, 4 Oct 2020 09:00:%02d +0700\r\n",
             hop, hop);
    buf_addf(out,
             "Authentication-Results: mx.mof.example; auth=pass; spf=pass smtp.mailfrom=%s\r\n",
             from);
    buf_addf(out, "From: %s\r\nTo: %s\r\nMessage-ID: <letter-%d@test>\r\n", from, office_addr, i);
    buf_addf(out, "Date: Sun, 4 Oct 2020 09:00:00 +0700\r\nSubject: letter %d\r\n%s", i, extra);
    buf_adds(out, "MIME-Version: 1.0\r\n");
    if (!file->len) {
        buf_addf(out, "Content-Type: text/plain\r\n\r\nbody %d\r\n", i);
        return;
    }
    buf_addf(out,
             "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: "
             "text/plain\r\n\r\nbody %d\r\n",
             i);
    buf_adds(out, "--x\r\nContent-Type: application/pdf; "
                  "name=letter.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n");
    add_base64(out, file);
    buf_adds(out, "--x--\r\n");
}

static void deliver(struct world *w, const struct buf *mail)
{
    office_deliver(w->daemon->office, office_addr, mail->data, mail->len);
    if (w->scenario->both_mailboxes)
        office_deliver(w->daemon->office, second_addr, mail->data, mail->len);
}

static void deliver_all(struct world *w)
{
    const struct scenario *s = w->scenario;
    struct buf none CLEANUP(buf_fini) = {0}, document CLEANUP(buf_fini) = {0},
                    large CLEANUP(buf_fini) = {0};
    struct buf mail CLEANUP(buf_fini) = {0};
    read_document(&document);
    for (size_t i = 0; i < s->large_bytes; i++)
        buf_addc(&large, (char)(i * 2654435761u >> 24));
    for (int i = 0; i < s->n_letters; i++) {
        const struct buf *file = i < s->n_documents ? &document : &none;
        compose_letter(i, 0, "", i == 0 && s->large_bytes ? &large : file, &mail);
        deliver(w, &mail);
        if (i < s->n_duplicates) {
            compose_letter(i, 7, "", i == 0 && s->large_bytes ? &large : file, &mail);
            deliver(w, &mail);
        }
    }
    for (int i = 0; i < s->n_automatic; i++) {
        compose_letter(500 + i, 0, "Auto-Submitted: auto-replied\r\n", &none, &mail);
        deliver(w, &mail);
    }
    for (int i = 0; i < s->n_strangers; i++) {
        buf_clear(&mail);
        buf_addf(
            &mail,
            "From: %s\r\nMessage-ID: <stranger-%d@test>\r\nSubject: stranger %d\r\n\r\nhello\r\n",
            stranger_addr, i, i);
        deliver(w, &mail);
    }
}

void world_reset(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "postgres");
    database_run(db, "drop database if exists thanwela with (force)");
    database_run(db, "create database thanwela template seeded owner thanwela_owner");
    char command[512];
    snprintf(command, sizeof command, "rm -rf %s/mail/*/Maildir",
             office_get(w->daemon->office, "OFFICE_DIR"));
    assert_int_equal(system(command), 0);
    deliver_all(w);
}

/* ---- running */

void world_let_time_pass(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "thanwela");
    database_run(
        db,
        "update mailbox set lease_until = clock_timestamp() - interval '1 s';"
        "update job set claimed_until = clock_timestamp() - interval '1 s' where state = 'running';"
        "update job set next_at = clock_timestamp() where state = 'ready';"
        "update outbox set claimed_until = clock_timestamp() - interval '1 s' where state = "
        "'sending';"
        "update outbox set next_at = clock_timestamp() where state = 'ready'");
}

static int64_t n_open(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "thanwela");
    return database_int(db, "select (select count(*) from message where state = 'stored')"
                            " + (select count(*) from job where state in ('ready', 'running'))"
                            " + (select count(*) from outbox where state in ('ready', 'sending'))");
}

static bool is_gone(long pid)
{
    char path[64], text[512] = "";
    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || read(fd, text, sizeof text - 1) <= 0)
        return true;
    const char *state = strrchr(text, ')');
    return !state || state[2] == 'Z';
}

void world_bury_dead(struct world *w)
{
    struct db *db CLEANUP(db_closep) = superuser(w, "thanwela");
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db,
                  "select distinct o, split_part(o, ':', 2)::bigint from ("
                  "select lease_owner o from mailbox where lease_until > clock_timestamp()"
                  " union all select claimed_by from job where state = 'running'"
                  " union all select claimed_by from outbox where state = 'sending') x"
                  " where o is not null",
                  NULL, &r, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < r.n; i++) {
        char sql[1024];
        const char *o = row_text(&r, i, 0);
        if (!is_gone((long)row_int(&r, i, 1)))
            continue;
        snprintf(sql, sizeof sql,
                 "update mailbox set lease_until = clock_timestamp() where lease_owner = '%s';"
                 "update job set claimed_until = clock_timestamp() where claimed_by = '%s';"
                 "update outbox set claimed_until = clock_timestamp() where claimed_by = '%s'"
                 " and state = 'sending'",
                 o, o, o);
        database_run(db, sql);
    }
}

bool world_is_done(struct world *w)
{
    return n_open(w) == 0 && office_count(w->daemon->office, office_addr, "") == 0;
}

long world_setting(const char *name, long otherwise)
{
    const char *value = getenv(name);
    return value && *value ? strtol(value, NULL, 10) : otherwise;
}

unsigned long world_chance(uint64_t *seed, unsigned long n)
{
    uint64_t z = (*seed += 0x9e3779b97f4a7c15u); /* splitmix64 */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % n;
}

void world_finish(struct world *w)
{
    for (int i = 0; i < RUNS_MAX; i++) {
        world_let_time_pass(w);
        if (daemon_once(w->daemon, NULL) == 0 && n_open(w) == 0)
            return;
    }
    fail_msg("%s: not finished after %d runs: see %s", w->scenario->name, RUNS_MAX, w->daemon->log);
}

long world_count_steps(struct world *w)
{
    char env[512], text[32] = "", path[] = "/tmp/thanwela-steps-XXXXXX";
    int fd CLEANUP(fd_closep) = mkostemp(path, O_CLOEXEC);
    assert_true(fd >= 0);
    snprintf(env, sizeof env, "THANWELA_COUNT_STEPS=%s", path);
    int status = daemon_once(w->daemon, env);
    assert_int_equal(status, 0);
    assert_true(pread(fd, text, sizeof text - 1, 0) > 0);
    unlink(path);
    return strtol(text, NULL, 10);
}

/* ---- the end */

static int n_expected_receipts(const struct scenario *s)
{
    return s->n_letters;
}

/* Our own headers and everything behind: what relays put in front differs. */
static char *own_bytes(struct arena *a, const char *path)
{
    struct buf bytes CLEANUP(buf_fini) = {0};
    char piece[65536];
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) > 0;)
        buf_add(&bytes, piece, (size_t)n);
    const char *start = strstr(buf_str(&bytes), "\nDate: "); /* our first header */
    assert_non_null(start);
    return arena_strdup(a, start + 1);
}

struct receipts {
    char *bytes[4096];
    int n;
};

static void collect(struct arena *a, const char *folder, struct receipts *r)
{
    DIR *dir = opendir(folder);
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.') {
            assert_true((size_t)r->n < ARRAY_LEN(r->bytes));
            r->bytes[r->n++] = own_bytes(a, arena_printf(a, "%s/%s", folder, e->d_name));
        }
    if (dir)
        closedir(dir);
}

static const char *message_id(const char *bytes)
{
    const char *at = strcasestr(bytes, "\nMessage-ID: ");
    assert_non_null(at);
    return at + 13;
}

static void collect_all(struct world *w, struct arena *a, struct receipts *r)
{
    r->n = 0;
    for (size_t i = 0; i < ARRAY_LEN(senders); i++) {
        collect(a, office_path(a, w->daemon->office, "mail/%s/Maildir/new", senders[i]), r);
        collect(a, office_path(a, w->daemon->office, "mail/%s/Maildir/cur", senders[i]), r);
    }
}

/* Every receipt came; one that came twice is the same to the byte. */
static void check_receipts(struct world *w)
{
    struct arena *a = arena_new();
    static struct receipts r;
    int n_distinct = 0, ticks = 0;
    do {
        arena_freep(&a);
        a = arena_new();
        collect_all(w, a, &r);
        n_distinct = 0;
        for (int i = 0; i < r.n; i++) {
            int twin = -1;
            for (int k = 0; k < i && twin < 0; k++)
                if (strncmp(message_id(r.bytes[i]), message_id(r.bytes[k]),
                            strcspn(message_id(r.bytes[i]), "\r\n")) == 0)
                    twin = k;
            n_distinct += twin < 0;
            if (twin >= 0)
                assert_string_equal(r.bytes[i], r.bytes[twin]);
        }
        if (n_distinct < n_expected_receipts(w->scenario))
            usleep(TICK_US);
    } while (n_distinct < n_expected_receipts(w->scenario) && ++ticks < WAIT_TICKS);
    assert_int_equal(n_distinct, n_expected_receipts(w->scenario));
    w->n_repeats += r.n - n_distinct;
    arena_free(a);
}

static void check_folders(struct world *w, const char *address, int copies)
{
    const struct scenario *s = w->scenario;
    const struct office *o = w->daemon->office;
    int n = s->n_letters + s->n_duplicates + s->n_automatic;
    assert_int_equal(office_count(o, address, ""), 0);
    /* modified UTF-7 of the two folders' Thai names, as the Maildir spells them */
    assert_int_equal(office_count(o, address, ".&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"),
                     n * copies);
    assert_int_equal(office_count(o, address, ".&Dh4OMQ4BDkQOJw5JDhUOIw4nDggOKg4tDho-"),
                     s->n_strangers * copies);
}

void world_check(struct world *w)
{
    const struct scenario *s = w->scenario;
    struct db *db CLEANUP(db_closep) = superuser(w, "thanwela");
    database_is_sound(db);
    assert_int_equal(database_int(db, "select count(*) from item"), s->n_letters + s->n_automatic);
    assert_int_equal(database_int(db, "select count(distinct message_id) from item"),
                     s->n_letters + s->n_automatic);
    assert_int_equal(database_int(db, "select count(*) from message where state = 'quarantined'"),
                     s->n_strangers);
    assert_int_equal(database_int(db, "select count(*) from attachment where is_attachment"),
                     s->n_documents + (s->large_bytes && s->n_documents == 0));
    assert_int_equal(
        database_int(db,
                     "select count(*) from attachment where is_attachment and scan_state is null"),
        0);
    assert_int_equal(
        database_int(db, "select count(*) from attachment where scan_state = 'poison'"), 0);
    assert_int_equal(database_int(db, "select count(*) from outbox where state <> 'sent'"), 0);
    check_folders(w, office_addr, 1);
    if (s->both_mailboxes)
        check_folders(w, second_addr, 1);
    check_receipts(w);
}
