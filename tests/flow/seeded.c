/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/flow/seeded.h"

#include "base/buf.h"
#include "db/query.h"
#include "tests/flow/database.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

void seeded_run(struct seeded *s, const char *file)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct db *db CLEANUP(db_closep) = database_open_owner(s->office);
    const char *path = arena_printf(a, "%s/report/%s", TESTS_DATA, file);
    struct buf sql CLEANUP(buf_fini) = {0};
    struct err err = {0};
    char block[4096];
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
        buf_add(&sql, block, n);
    fclose(f);
    if (!db_script(db, buf_str(&sql), &err))
        fail_msg("%s: %s", path, err.text);
}

int seeded_start(void **state)
{
    static const char *const options[] = {"--parts", "postgres", NULL};
    struct seeded *s = calloc(1, sizeof *s);
    s->office = office_start(options);
    database_migrate(s->office);
    seeded_run(s, "seed.sql");
    s->db = database_open(s->office);
    s->config.office_name = "สำนักงานรัฐมนตรี กระทรวงการคลัง";
    s->config.office_addr = "saraban@office.test";
    s->config.n_mailboxes = 2;
    s->config.mailbox[0] = (struct config_mailbox){.name = "saraban", .gap_s = 900};
    s->config.mailbox[1] = (struct config_mailbox){.name = "sapa", .gap_s = 900};
    *state = s;
    return 0;
}

int seeded_stop(void **state)
{
    struct seeded *s = *state;
    db_close(s->db);
    office_stop(s->office);
    free(s);
    return 0;
}

int seeded_begin(void **state)
{
    struct seeded *s = *state;
    s->a = arena_new();
    return 0;
}

int seeded_end(void **state)
{
    struct seeded *s = *state;
    arena_freep(&s->a);
    return 0;
}

int64_t seeded_at(const char *iso)
{
    int64_t us;
    assert_true(time_parse_iso(iso, &us));
    return us;
}
