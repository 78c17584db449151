/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Somebody who may do anything in the database rewrites history: thanwela doctor tells. */
#include "base/buf.h"
#include "tests/flow/daemon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static struct daemon *d;

static int start(void **state)
{
    static const char *const titles[] = {"เรื่องแรก", "เรื่องที่สอง", "เรื่องที่สาม", "เรื่องที่สี่"};
    (void)state;
    d = daemon_new((const char *const[]){"--parts", "postgres", NULL}, NULL);
    for (size_t i = 0; i < ARRAY_LEN(titles); i++)
        assert_int_equal(daemon_run(d, NULL, "thanwela", "matter", "add", titles[i], NULL), 0);
    struct db *db CLEANUP(db_closep) = database_open_superuser(d->office);
    assert_true(database_int(db, "select count(*) from event") >= 4);
    database_run(db, "create table event_kept as select * from event;"
                     "create table head_kept as select * from event_head");
    return 0;
}

static int stop(void **state)
{
    (void)state;
    daemon_free(d);
    return 0;
}

/* What doctor says of the chain; its exit status in *status_out. */
static bool is_told(int *status_out)
{
    struct buf said CLEANUP(buf_fini) = {0};
    *status_out = daemon_run(d, &said, "thanwela", "doctor", "--json", NULL);
    const char *chain = strstr(buf_str(&said), "\"check\": \"chain\"");
    if (!chain)
        fail_msg("doctor says nothing of the events: %s", buf_str(&said));
    return strncmp(chain + strcspn(chain, ","), ",\n      \"grade\": \"bad\"",
                   strlen(",\n      \"grade\": \"bad\"")) == 0;
}

#define REHASH "update event e set hash = event_hash(e) where id = 2"

static void every_way_of_rewriting_history_is_told(void **state)
{
    static const char *const ways[] = {
        "update event set why = 'อย่างอื่น' where id = 2",
        "update event set who = 'nobody' where id = 1",
        "update event set at = at - interval '1 day' where id = 2",
        "update event set detail = '{\"x\": 1}' where id = 2",
        "update event set why = 'อย่างอื่น' where id = 2; " REHASH,
        "delete from event where id = 2",
        "delete from event where id = 1",
        "delete from event where id = (select max(id) from event)",
        "delete from event where id = (select max(id) from event);"
        " update event_head set id = id - 1",
        "delete from event",
        "update event_head set hash = sha256('x')",
        /* the last one changed, with a hash that fits: the head still knows the old one */
        "update event set why = 'อย่างอื่น' where id = (select max(id) from event);"
        " update event e set hash = event_hash(e) where id = (select max(id) from event)",
    };
    struct db *db CLEANUP(db_closep) = database_open_superuser(d->office);
    int status;
    (void)state;
    assert_false(is_told(&status));
    for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
        database_run(db, "set session_replication_role = replica"); /* no trigger minds */
        database_run(db, ways[i]);
        if (!is_told(&status) || status != 1)
            fail_msg("not told: %s", ways[i]);
        database_run(db, "delete from event; insert into event select * from event_kept;"
                         "delete from event_head; insert into event_head select * from head_kept");
    }
    assert_false(is_told(&status));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_way_of_rewriting_history_is_told),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
