/* SPDX-License-Identifier: AGPL-3.0-or-later
 * An office that tells by LINE: its database, the deliver role, and a small Messaging API beside
 * it. Each test begins with nothing told and nothing owed. */
#ifndef TESTS_FLOW_LINE_OFFICE_H
#define TESTS_FLOW_LINE_OFFICE_H

#include "base/buf.h"
#include "base/clock.h"
#include "tests/flow/daemon.h"
#include "tests/flow/fake_line.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NOON "THANWELA_NOW=2021-04-09T12:00"

static struct daemon *d;
static struct db *db, *owner;
static struct fake_line *line;
static struct fake_push heard[FAKE_LINE_PUSHES_MAX];

/* The office's configuration, with the deliver role alone and LINE as said. */
static inline void configure(const char *line_section)
{
    char *sed = arena_printf(d->a,
                             "sed -i -e '/^\\[line\\]/,$d' -e 's/^roles = .*/roles = deliver/' '%s'"
                             " && printf '\\n[line]\\n%s' >>'%s'",
                             d->conf, line_section, d->conf);
    assert_int_equal(system(sed), 0);
}

static inline void configure_real(void)
{
    char *token = arena_printf(d->a, "%s.token", d->conf);
    assert_int_equal(system(arena_printf(d->a, "umask 077; echo 'T0ken/+=' >'%s'", token)), 0);
    configure(arena_printf(d->a,
                           "mode = real\\nto = C0123\\ntimeout_s = 1\\ntoken_file = %s\\n"
                           "endpoint = http://127.0.0.1:%d\\n",
                           token, fake_line_port(line)));
}

static inline int start(void **state)
{
    (void)state;
    d = daemon_new((const char *const[]){"--parts", "postgres", NULL}, NULL);
    db = database_open(d->office);
    owner = database_open_owner(d->office);
    return 0;
}

static inline int stop(void **state)
{
    (void)state;
    db_close(db);
    db_close(owner);
    daemon_free(d);
    return 0;
}

/* Only the owner of the tables can, and no one who is not a test would. */
static inline void empty(void)
{
    static const char *const tables[] = {"line_changed", "line_late", "line_watch", "deadline",
                                         "expectation",  "matter",    "outbox"};
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        database_run(owner, arena_printf(d->a, "alter table %s disable trigger user", tables[i]));
        database_run(owner, arena_printf(d->a, "delete from %s", tables[i]));
        database_run(owner, arena_printf(d->a, "alter table %s enable trigger user", tables[i]));
    }
}

static inline int begin(void **state)
{
    (void)state;
    empty();
    line = fake_line_start();
    configure_real();
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    database_is_sound(db);
    fake_line_stop(line);
    return 0;
}

/* A matter that customs owes by that instant. */
static inline void owed(int no, const char *due, const char *secrecy)
{
    database_run(owner,
                 arena_printf(d->a,
                              "with m as (insert into matter (year, no, class, title, secrecy,"
                              "  created_at, created_by) values (2564, %d, 'CAB-SUBMIT',"
                              "  'ขอแต่งตั้งนายสมมุติ นามสมมุติ เป็นกรรมการ', '%s', '2021-04-01', 't')"
                              " returning id), e as (insert into expectation (matter_id, agency_id,"
                              "  created_at) select m.id, a.id, '2021-04-01' from m, agency a"
                              "  where a.code = 'CUSTOMS' returning id)"
                              " insert into deadline (expectation_id, level, due_at, basis,"
                              "  created_at, created_by) select id, 2, '%s+07', 'หนังสือ',"
                              "  '2021-04-01', 't' from e",
                              no, secrecy, due));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

#endif
