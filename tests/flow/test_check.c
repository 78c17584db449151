/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwelad --check against real servers: a line for everything, and what to do where it is wrong.
 */
#include "daemon/check.h"

#include "base/buf.h"
#include "qr/token.h"
#include "tests/flow/database.h"
#include "tests/flow/office.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct office *office;
static struct arena *arena;

struct made { /* what of the configuration a case changes; NULL: as it should be */
    const char *imap_port, *imap_password, *imap_ca, *smtp_port, *smtp_password, *conninfo,
        *public_key, *folder, *roles, *more;
};

static char *in_office(const char *name)
{
    return office_path(arena, office, "%s", name);
}

static int start(void **state)
{
    struct err err = {0};
    (void)state;
    arena = arena_new();
    office = office_start(NULL);
    database_migrate(office);
    for (const char *name = "ab"; *name; name++) {
        char *secret = office_path(arena, office, "check-%c.key", *name);
        char *public = office_path(arena, office, "check-%c.pub", *name);
        if (!signer_create(secret, public, (uint8_t)*name, &err))
            fail_msg("%s", err.text);
    }
    FILE *f = fopen(in_office("wrong-password"), "w");
    assert_non_null(f);
    fputs("not-the-password\n", f);
    fclose(f);
    return system(arena_printf(arena, "chmod 600 '%s'; cp '%s' '%s'; chmod 644 '%s'",
                               in_office("wrong-password"), in_office("wrong-password"),
                               in_office("open-password"), in_office("open-password")));
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    arena_free(arena);
    return 0;
}

static const char *or_else(const char *text, const char *usual)
{
    return text ? text : usual;
}

static char *write_conf(const struct made *m)
{
    static const char box[] = "saraban@mof.example";
    char *path = in_office("check.conf"), *password = office_password_file(arena, office, box);
    const char *ca = office_get(office, "CA_FILE");
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f, "[office]\naddr = %s\n", box);
    fprintf(f, "[database]\nconninfo = %s\npassword_file = %s\n",
            or_else(m->conninfo, office_get(office, "DB_CONNINFO")),
            office_get(office, "DB_PASSWORD_FILE"));
    fprintf(f, "[mailbox saraban]\nhost = localhost\nport = %s\nca_file = %s\nlogin = %s\n",
            or_else(m->imap_port, office_get(office, "IMAPS_PORT")), or_else(m->imap_ca, ca), box);
    fprintf(f, "password_file = %s\nfolder = %s\n", or_else(m->imap_password, password),
            or_else(m->folder, "INBOX"));
    fprintf(f,
            "[smtp]\nhost = localhost\nport = %s\nca_file = %s\nlogin = %s\npassword_file = %s\n",
            or_else(m->smtp_port, office_get(office, "SMTP_PORT")), ca, box,
            or_else(m->smtp_password, password));
    fprintf(f, "[receipt]\nbase_url = https://x.example\nkey_file = %s\npublic_key_file = %s\n",
            in_office("check-a.key"), or_else(m->public_key, in_office("check-a.pub")));
    fprintf(f, "[daemon]\nroles = %s\n%s\n", or_else(m->roles, "mailbox, scan, deliver"),
            or_else(m->more, ""));
    fclose(f);
    return path;
}

static int check(const struct made *m, char **said_out)
{
    size_t n;
    char *said = NULL;
    FILE *out = open_memstream(&said, &n);
    int status = check_run(write_conf(m), out);
    fclose(out);
    *said_out = arena_strdup(arena, said);
    free(said);
    return status;
}

static void a_whole_office_has_nothing_wrong(void **state)
{
    static const char *const lines[] = {"configuration",    "role mailbox",
                                        "role scan",        "role deliver",
                                        "keys of receipts", "database and its schema",
                                        "mailbox saraban",  "mail server"};
    char *said;
    (void)state;
    int status = check(&(struct made){0}, &said);
    if (status != 0)
        fail_msg("%s", said);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_non_null(strstr(said, arena_printf(arena, "ok     %s", lines[i])));
}

static void each_fault_is_named_and_the_others_are_still_looked_at(void **state)
{
    const struct {
        struct made made;
        const char *line, *also; /* how its line begins, and words that stand in it */
    } cases[] = {
        {{.imap_password = in_office("wrong-password")}, "WRONG  mailbox saraban: ", "password"},
        {{.imap_password = in_office("open-password")}, "WRONG  mailbox saraban: ", "chmod 600"},
        {{.imap_password = "/no/such"}, "WRONG  mailbox saraban: ", "/no/such"},
        {{.imap_port = "1"}, "WRONG  mailbox saraban: ", "localhost"},
        {{.imap_ca = "/etc/ssl/certs/ca-certificates.crt"}, "WRONG  mailbox saraban: ", "cert"},
        {{.folder = "no-such-folder"}, "WRONG  mailbox saraban: ", "no-such-folder"},
        {{.smtp_password = in_office("wrong-password")}, "WRONG  mail server: ", "password"},
        {{.smtp_port = "1"}, "WRONG  mail server: ", "cannot be reached"},
        {{.conninfo = "host=/no/such/socket dbname=thanwela user=thanwela"},
         "WRONG  database and its schema: ",
         "/no/such/socket"},
        {{.conninfo = arena_printf(arena, "host=%s dbname=postgres user=thanwela",
                                   office_get(office, "DB_HOST"))},
         "WRONG  database and its schema: ",
         "thanwela migrate"},
        {{.public_key = in_office("check-b.pub")},
         "WRONG  keys of receipts: ",
         "add its public key"},
        {{.more = "[line]\nmode = real\nto = C1\ntoken_file = /no/token"},
         "WRONG  LINE token and group: [line] token_file: ",
         "/no/token"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *said, *line;
        assert_int_equal(check(&cases[i].made, &said), 1);
        line = strstr(said, cases[i].line);
        if (!line)
            fail_msg("no line '%s' in:\n%s", cases[i].line, said);
        line = arena_strndup(arena, line, strcspn(line, "\n"));
        if (!strstr(line, cases[i].also))
            fail_msg("no '%s' in: %s", cases[i].also, line);
        assert_ptr_equal(strstr(strstr(said, "WRONG") + 1, "WRONG"), NULL);
        assert_non_null(strstr(said, "ok     role scan\n"));
        assert_non_null(strstr(said, "mail server"));
    }
}

static void only_what_the_roles_use_is_asked(void **state)
{
    char *said;
    (void)state;
    assert_int_equal(
        check(&(struct made){.roles = "scan", .imap_port = "1", .smtp_port = "1"}, &said), 0);
    assert_null(strstr(said, "mailbox"));
    assert_null(strstr(said, "mail server"));
}

static void a_configuration_that_cannot_be_read_is_2(void **state)
{
    char *said;
    (void)state;
    assert_int_equal(check(&(struct made){.more = "rolse = scan"}, &said), 2);
    assert_non_null(strstr(said, "did you mean roles?"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_office_has_nothing_wrong),
        cmocka_unit_test(each_fault_is_named_and_the_others_are_still_looked_at),
        cmocka_unit_test(only_what_the_roles_use_is_asked),
        cmocka_unit_test(a_configuration_that_cannot_be_read_is_2),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
