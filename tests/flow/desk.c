/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "tests/flow/desk.h"

#include "base/buf.h"
#include "tests/flow/database.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

char *desk_read(struct arena *a, const char *path)
{
    struct buf text CLEANUP(buf_fini) = {0};
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    for (int ch; (ch = fgetc(f)) != EOF;)
        buf_addc(&text, (char)ch);
    fclose(f);
    return arena_strdup(a, buf_str(&text));
}

const char *desk_write(struct desk *d, const char *name, const char *text)
{
    char *path = office_path(d->a, d->office, "%s", name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    fclose(f);
    return path;
}

const char *thanwela(struct desk *d, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    const char *words = arena_vprintf(d->a, fmt, args);
    va_end(args);
    char *out = office_path(d->a, d->office, "out"), *err = office_path(d->a, d->office, "err");
    int status = system(
        arena_printf(d->a, "THANWELA_NOW=2021-04-01T09:00 '%s/thanwela' -c '%s' %s >'%s' 2>'%s'",
                     PROGRAMS, office_path(d->a, d->office, "conf"), words, out, err));
    assert_true(WIFEXITED(status));
    d->status = WEXITSTATUS(status);
    d->err = desk_read(d->a, err);
    return desk_read(d->a, out);
}

int desk_start(void **state)
{
    static const char *const options[] = {"--parts", "postgres", NULL};
    struct desk *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->office = office_start(options);
    d->a = arena_new();
    desk_write(d, "conf",
               arena_printf(d->a,
                            "[office]\nname = สำนักงานรัฐมนตรี\naddr = saraban@mof.example\n"
                            "[database]\nconninfo = %s\npassword_file = %s\n"
                            "migrate_conninfo = %s\nmigrate_password_file = %s\n",
                            office_get(d->office, "DB_CONNINFO"),
                            office_get(d->office, "DB_PASSWORD_FILE"),
                            office_get(d->office, "DB_OWNER_CONNINFO"),
                            office_get(d->office, "DB_OWNER_PASSWORD_FILE")));
    ok(d, "migrate");
    ok(d, "holiday import '%s'", TESTS_DATA "/vectors/holidays_fy2564.csv");
    *state = d;
    return 0;
}

int desk_stop(void **state)
{
    struct desk *d = *state;
    office_stop(d->office);
    arena_free(d->a);
    free(d);
    return 0;
}
