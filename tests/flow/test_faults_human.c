/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A human works in the mailbox while the daemon does: moves mails away and back, deletes, copies,
 * flags, takes some out of the folder of what is done, brings the same mail again; and the server
 * changes its UIDVALIDITY or gives UIDs anew (human.py). At every end each letter that was not
 * deleted has one number and lies there, and none lies there more often than somebody put it.
 * THANWELA_SEED tells what is done, THANWELA_FAULT_ROUNDS how many rounds. */
#include "base/buf.h"
#include "base/clock.h"
#include "db/query.h"
#include "tests/flow/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { LETTERS_MAX = 200, END_MS_MAX = 120000 };

static const char office_addr[] = "saraban@mof.example";
static const char *const folders[] = {"", "/.&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-",
                                      "/.&Dh4OMQ4BDkQOJw5JDhUOIw4nDggOKg4tDho-", "/.Away"};

static const struct scenario letters = {
    .name = "human", .n_letters = 20, .n_documents = 2, .n_strangers = 2};

/* What the human said of each letter, and what became of it. */
struct letter {
    bool is_there, is_deleted;
    int n_copies_max, n_copies, n_items;
};

struct round {
    struct world *w;
    struct letter letters[LETTERS_MAX];
    const char *maildir;
};

static struct letter *letter(struct round *r, int n)
{
    assert_in_range(n, 0, LETTERS_MAX - 1);
    return &r->letters[n];
}

/* ---- the human */

static void note(struct round *r, const char *line)
{
    int n;
    if (sscanf(line, "new %d", &n) == 1)
        letter(r, n)->is_there = true;
    else if (sscanf(line, "copy %d", &n) == 1)
        letter(r, n)->n_copies_max++;
    else if (sscanf(line, "deleted %d", &n) == 1)
        letter(r, n)->is_deleted = true;
}

static void let_the_human(struct round *r, long seed, const char *journal)
{
    const struct daemon *d = r->w->daemon;
    const char *command =
        arena_printf(d->a, "python3 '%s' %s '%s' %s '%s' '%s' '%s/dovecot.conf' %ld >'%s' 2>&1",
                     CHECKOUT "/tests/flow/human.py", office_get(d->office, "IMAPS_PORT"),
                     office_get(d->office, "CA_FILE"), office_addr,
                     office_password_file(d->a, d->office, office_addr), r->maildir,
                     office_get(d->office, "OFFICE_DIR"), seed, journal);
    if (system(command) != 0)
        fail_msg("the human fell ill: see %s", journal);
    char line[256];
    FILE *f = fopen(journal, "re");
    assert_non_null(f);
    while (fgets(line, sizeof line, f))
        note(r, line);
    fclose(f);
}

/* ---- the end */

static void count_copy(struct round *r, const char *path)
{
    char head[4096];
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC), n;
    ssize_t len = fd >= 0 ? read(fd, head, sizeof head - 1) : -1;
    assert_true(len > 0);
    head[len] = 0;
    const char *id = strstr(head, "Message-ID: <letter-");
    if (id && sscanf(id, "Message-ID: <letter-%d@test>", &n) == 1)
        letter(r, n)->n_copies++;
}

static void count_folder(struct round *r, const char *path)
{
    DIR *dir = opendir(path);
    for (struct dirent *e; dir && (e = readdir(dir));)
        if (e->d_name[0] != '.')
            count_copy(r, arena_printf(r->w->daemon->a, "%s/%s", path, e->d_name));
    if (dir)
        closedir(dir);
}

static void count_items(struct round *r, struct db *db)
{
    struct rows rows CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, "select substring(message_id from 'letter-(\\d+)@test')::int from item", NULL,
                  &rows, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < rows.n; i++)
        letter(r, (int)row_int(&rows, i, 0))->n_items++;
}

static void check_letters(const struct round *r, const char *journal)
{
    for (int n = 0; n < LETTERS_MAX; n++) {
        const struct letter *l = &r->letters[n];
        int at_least = l->is_there && !l->is_deleted;
        if (l->n_items > (l->n_copies_max > 0) || l->n_items < at_least || l->n_copies < at_least ||
            l->n_copies > l->n_copies_max)
            fail_msg("letter %d%s has %d numbers and lies there %d times, at most %d: see %s", n,
                     l->is_deleted ? ", deleted," : "", l->n_items, l->n_copies, l->n_copies_max,
                     journal);
    }
}

static const char unexplained_sql[] =
    "select d.class, coalesce(substring(m.message_id from 'letter-(\\d+)@test')::int, -1)"
    " from reconcile_difference d left join message m on m.id = d.message_fk"
    " where not d.explained and d.run_id = (select max(id) from reconcile_run)";

/* What reconcile cannot explain is what the human deleted, and nothing else. */
static void check_differences(struct round *r, struct db *db, const char *journal)
{
    struct rows rows CLEANUP(rows_fini) = {0};
    struct err err = {0};
    if (!db_query(db, unexplained_sql, NULL, &rows, &err))
        fail_msg("%s", err.text);
    for (int i = 0; i < rows.n; i++) {
        const char *class = row_text(&rows, i, 0);
        int n = (int)row_int(&rows, i, 1);
        if (strcmp(class, "gone_from_inbox") != 0 || n < 0 || !letter(r, n)->is_deleted)
            fail_msg("%s of letter %d is not explained: see %s", class, n, journal);
    }
}

static void check(struct round *r, const char *journal)
{
    const struct daemon *d = r->w->daemon;
    struct db *db CLEANUP(db_closep) = world_database(r->w);
    struct buf said CLEANUP(buf_fini) = {0};
    database_is_sound(db);
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        count_folder(r, arena_printf(d->a, "%s%s/cur", r->maildir, folders[i]));
        count_folder(r, arena_printf(d->a, "%s%s/new", r->maildir, folders[i]));
    }
    count_items(r, db);
    check_letters(r, journal);
    assert_int_equal(database_int(db, "select count(*) from message where state = 'quarantined'"),
                     letters.n_strangers);
    assert_int_equal(
        database_int(db, "select count(*) from item where id not in (select item_id from outbox "
                         "where state = 'sent' and item_id is not null)"),
        0);
    (void)daemon_run(d, &said, "thanwela", "reconcile", NULL);
    check_differences(r, db, journal);
}

static void wait_until_done(struct world *w)
{
    int64_t end_ms = clock_mono_ms() + END_MS_MAX;
    for (; !world_is_done(w); usleep(50000))
        if (clock_mono_ms() > end_ms)
            fail_msg("the daemon did not come to an end: see %s", w->daemon->log);
}

static void run_round(struct world *w, long seed)
{
    struct arena *a = w->daemon->a;
    struct round r = {.w = w};
    const char *journal = arena_printf(a, "%s.journal", w->daemon->conf);
    r.maildir = office_path(a, w->daemon->office, "mail/%s/Maildir", office_addr);
    for (int i = 0; i < letters.n_letters; i++)
        r.letters[i] = (struct letter){.is_there = true, .n_copies_max = 1};
    world_reset(w);
    pid_t service = daemon_start(w->daemon, NULL, false);
    let_the_human(&r, seed, journal);
    wait_until_done(w);
    check(&r, journal);
    assert_int_equal(daemon_end(service, SIGTERM), 0);
}

static void what_a_human_does_loses_and_doubles_nothing(void **state)
{
    (void)state;
    long seed = world_setting("THANWELA_SEED", 1),
         rounds = world_setting("THANWELA_FAULT_ROUNDS", 2);
    struct world *w = world_new(&letters);
    world_spare_the_disk(w);
    for (long i = 0; i < rounds; i++) {
        print_message("round %ld\n", seed + i);
        run_round(w, seed + i);
    }
    print_message("seed %ld, %ld rounds of a human and of UIDs that change: 0 lost, 0 doubled\n",
                  seed, rounds);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_human_does_loses_and_doubles_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
