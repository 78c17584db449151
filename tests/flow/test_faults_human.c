/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A mailbox that is not ours alone: while the daemon takes its mails in, a human moves, copies,
 * marks, repeats and deletes them, mails come twice, and the server begins a new UIDVALIDITY or
 * gives the UIDs of some mails to others. At every end no mail is lost (but what the human deleted
 * before anybody saw it), no number doubled, and the reconciliation explains all that differs.
 * THANWELA_SEED tells what is done when, THANWELA_HUMAN_ROUNDS (or THANWELA_FAULT_ROUNDS) how
 * often. */
#include "base/buf.h"
#include "base/clock.h"
#include "db/query.h"
#include "tests/flow/world_mails.h"
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

/* The folder of registered mail, as the Maildir spells it. */
#define DONE ".&DiUOBw4XDjAOQA4aDjUOIg4ZDkEOJQ5JDic-"

enum {
    LETTERS = 24,
    THERE_AT_START = 10,
    DEEDS = 10,
    SPAN_MS = 1500,
    TWICE_OF_TEN = 2, /* letters that a relay delivers twice */
    END_MS_MAX = 60000,
};

static const struct scenario start = {.name = "a human meanwhile", .n_letters = THERE_AT_START};

/* Of each letter: how often somebody put it there, and how often it lies there at the end. */
struct copies {
    int n_put[LETTERS], n_there[LETTERS];
    int n_torn_max; /* mails that a server whose list of UIDs was torn shows under two of them */
};

struct tally {
    int n_deeds, n_renewed, n_reused, n_deleted, n_unseen, n_seen_gone;
};

/* ---- what happens */

static FILE *human_begins(struct world *w, unsigned long seed)
{
    const struct office *o = w->daemon->office;
    char *command = arena_printf(
        w->daemon->a, "python3 " CHECKOUT "/tests/flow/human.py %s '%s' %s '%s' %lu %d %d",
        office_get(o, "IMAPS_PORT"), office_get(o, "CA_FILE"), WORLD_ADDR,
        office_password_file(w->daemon->a, o, WORLD_ADDR), seed, SPAN_MS, DEEDS);
    FILE *human = popen(command, "re");
    assert_non_null(human);
    return human;
}

/* All that the human said; fails the test where things could not be put back. */
static void human_ends(FILE *human, struct buf *said, struct tally *t)
{
    char line[512];
    while (fgets(line, sizeof line, human)) {
        t->n_deeds += strncmp(line, "in vain", 7) != 0;
        t->n_deleted += strncmp(line, "delete ", 7) == 0;
        buf_adds(said, line);
    }
    if (pclose(human) != 0)
        fail_msg("the human did not come to an end: %s", buf_str(said));
}

/* The rest of the letters come in, and somewhere among them the server renumbers. */
static void mails_come(struct world *w, uint64_t *chance, struct copies *c, struct tally *t)
{
    unsigned long renumber = world_chance(chance, 3); /* not, anew, reused */
    int at = THERE_AT_START + (int)world_chance(chance, LETTERS - THERE_AT_START);
    for (int i = THERE_AT_START; i < LETTERS; i++) {
        usleep((useconds_t)world_chance(chance, 2 * SPAN_MS * 1000 / LETTERS));
        world_deliver_letter(w, i, 0);
        if (world_chance(chance, 10) < TWICE_OF_TEN) {
            world_deliver_letter(w, i, 7);
            c->n_put[i]++;
        }
        if (i != at || renumber == 0)
            continue;
        office_renumber(w->daemon->office, WORLD_ADDR, renumber == 2);
        c->n_torn_max = 1;
        t->n_renewed += renumber == 1;
        t->n_reused += renumber == 2;
    }
}

/* ---- the end */

static int n_said(const char *said, const char *deed, int letter)
{
    char line[64];
    int n = 0;
    snprintf(line, sizeof line, "%s <letter-%d@test>", deed, letter);
    for (const char *at = said; (at = strstr(at, line)); at++)
        n++;
    return n;
}

static void wait_until_done(struct world *w)
{
    int64_t from_ms = clock_mono_ms();
    while (!world_is_done(w)) {
        if (clock_mono_ms() - from_ms > END_MS_MAX)
            fail_msg("the daemon did not come to an end: see %s", w->daemon->log);
        usleep(50000);
    }
}

static void count_there(const char *path, struct copies *c)
{
    char head[4096];
    int n = 0, fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, head, sizeof head - 1) : -1;
    assert_true(len > 0);
    head[len] = 0;
    const char *id = strstr(head, "Message-ID: <letter-");
    assert_true(id && sscanf(id, "Message-ID: <letter-%d@test>", &n) == 1 && n >= 0 && n < LETTERS);
    c->n_there[n]++;
}

static void count_folder(struct world *w, const char *folder, struct copies *c)
{
    static const char *const parts[] = {"new", "cur"};
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        char *path = office_path(w->daemon->a, w->daemon->office,
                                 "mail/" WORLD_ADDR "/Maildir/%s/%s", folder, parts[i]);
        DIR *dir = opendir(path);
        for (struct dirent *e; dir && (e = readdir(dir));)
            if (e->d_name[0] != '.')
                count_there(arena_printf(w->daemon->a, "%s/%s", path, e->d_name), c);
        if (dir)
            closedir(dir);
    }
}

/* A human's move that meets ours, both of one mail, may leave two of it: so servers are. */
static int n_met_max(const char *said, int letter)
{
    return n_said(said, "take out", letter) + n_said(said, "undo", letter);
}

/* A letter lies there as long as nobody deleted one, and never more often than it was put there, or
 * than the server said that it lies in the inbox: two UIDs of one file are a mail and its copy. */
static void check_copies(struct world *w, const char *said, struct copies *c)
{
    static const char *const folders[] = {".", DONE, ".Elsewhere"};
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        count_folder(w, folders[i], c);
    for (int i = 0; i < LETTERS; i++) {
        int n_put = 1 + c->n_put[i] + n_said(said, "copy", i) + n_said(said, "repeat", i) +
                    n_met_max(said, i);
        if (c->n_there[i] == n_put + 1 && c->n_torn_max-- > 0)
            continue;
        if (c->n_there[i] > n_put || (c->n_there[i] == 0 && n_said(said, "delete", i) == 0))
            fail_msg("letter %d lies there %d times and was put there %d times; the human: %s", i,
                     c->n_there[i], n_put, said);
    }
}

static bool may_be_doubled(const char *said, const char *message_id)
{
    int letter;
    return sscanf(message_id, "letter-%d@test", &letter) == 1 && n_met_max(said, letter) > 0;
}

/* What the human deleted, and nothing else, is gone without a reason. How many lie there too often
 * is counted in the folders. */
static void check_reconciled(struct world *w, struct db *db, const char *said, struct tally *t)
{
    struct buf out CLEANUP(buf_fini) = {0}, deleted CLEANUP(buf_fini) = {0};
    struct rows r CLEANUP(rows_fini) = {0};
    struct err err = {0};
    int status = daemon_run(w->daemon, &out, "thanwela", "reconcile", NULL);
    if (!db_query(db,
                  "select d.class, trim(both '<>' from coalesce(m.message_id, ''))"
                  " from reconcile_difference d left join message m on m.id = d.message_fk"
                  " where not d.explained and d.run_id = (select max(id) from reconcile_run)",
                  NULL, &r, &err))
        fail_msg("%s", err.text);
    assert_int_equal(status, r.n > 0);
    for (int i = 0; i < r.n; i++) {
        const char *class = row_text(&r, i, 0); /* missing: out of the done folder, and deleted */
        bool is_gone = strcmp(class, "gone_from_inbox") == 0 || strcmp(class, "missing") == 0;
        if (strcmp(class, "doubled") == 0 && may_be_doubled(said, row_text(&r, i, 1)))
            continue;
        buf_clear(&deleted);
        buf_addf(&deleted, "delete <%s>", row_text(&r, i, 1));
        if (!is_gone || !strstr(said, buf_str(&deleted)))
            fail_msg("not explained: %s\nthe human: %s", buf_str(&out), said);
        t->n_seen_gone++;
    }
}

static void check(struct world *w, const char *said, struct tally *t)
{
    struct db *db CLEANUP(db_closep) = world_database(w);
    char sql[128];
    database_is_sound(db);
    for (int i = 0; i < LETTERS; i++) {
        snprintf(sql, sizeof sql,
                 "select count(*) from item where message_id like '%%letter-%d@%%'", i);
        int64_t n = database_int(db, sql);
        if (n > 1 || (n == 0 && n_said(said, "delete", i) == 0))
            fail_msg("letter %d has %d numbers; the human: %s", i, (int)n, said);
        t->n_unseen += n == 0;
    }
    assert_int_equal(database_int(db, "select count(*) from outbox where state <> 'sent'"), 0);
    assert_int_equal(database_int(db, "select count(*) from message where state = 'quarantined'"),
                     0);
    check_reconciled(w, db, said, t);
}

static void one_round(struct world *w, const char *conf, uint64_t *chance, struct tally *t)
{
    struct buf said CLEANUP(buf_fini) = {0};
    struct copies copies = {0};
    world_reset(w);
    FILE *human = human_begins(w, world_chance(chance, 1000000));
    usleep((useconds_t)world_chance(chance, 300000));
    pid_t daemon = daemon_start(w->daemon, conf, false);
    mails_come(w, chance, &copies, t);
    human_ends(human, &said, t);
    wait_until_done(w);
    check(w, buf_str(&said), t);
    check_copies(w, buf_str(&said), &copies);
    (void)daemon_end(daemon, SIGTERM);
}

static void whatever_a_human_and_the_server_do_meanwhile(void **state)
{
    (void)state;
    long seed = world_setting("THANWELA_SEED", 1),
         rounds = world_setting("THANWELA_HUMAN_ROUNDS", world_setting("THANWELA_FAULT_ROUNDS", 2));
    uint64_t chance = (uint64_t)seed;
    struct tally t = {0};
    struct world *w = world_new(&start);
    const char *conf = world_conf(w, 1);
    world_spare_the_disk(w);
    print_message("seed %ld\n", seed);
    for (long i = 0; i < rounds; i++)
        one_round(w, conf, &chance, &t);
    print_message("seed %ld, %ld rounds, %d deeds of a human, UIDVALIDITY changed %d times, UIDs "
                  "reused %d times: 0 lost, 0 doubled numbers, all explained; %d mails deleted by "
                  "the human, %d of them before they were seen, %d between number and filing\n",
                  seed, rounds, t.n_deeds, t.n_renewed, t.n_reused, t.n_deleted, t.n_unseen,
                  t.n_seen_gone);
    world_free(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_a_human_and_the_server_do_meanwhile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
