/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela.conf: what is accepted, and the one sentence for each mistake. */
#include "config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const struct {
    const char *text, *sentence;
} mistakes[] = {
    {"[mailbox saraban]\npasword_file = x\n",
     "t.conf:2: [mailbox saraban] pasword_file: no such option; did you mean password_file?"},
    {"[mailbox saraban]\npassword = x\n",
     "t.conf:2: [mailbox saraban] password: no such option; did you mean password_file?"},
    {"# a\n\n[smtp]\nhsot = x\n", "t.conf:4: [smtp] hsot: no such option; did you mean host?"},
    {"[smtp]\nbase_url = x\n",
     "t.conf:2: [smtp] base_url: no such option; it belongs to [receipt]"},
    {"[smtp]\ncolour = red\n", "t.conf:2: [smtp] colour: no such option"},
    {"[databse]\n", "t.conf:1: [databse]: no such section; did you mean [database]?"},
    {"[zzz]\n", "t.conf:1: [zzz]: no such section"},
    {"[]\n", "t.conf:1: []: no such section"},
    {"[smtp]\nport = 70000\n",
     "t.conf:2: [smtp] port: '70000' is not a whole number between 1 and 65535"},
    {"[smtp]\nport = 0\n", "t.conf:2: [smtp] port: '0' is not a whole number between 1 and 65535"},
    {"[smtp]\nport = 25 ; old\n",
     "t.conf:2: [smtp] port: '25 ; old' is not a whole number between 1 and 65535"},
    {"[smtp]\nport = 99999999999999999999\n", "t.conf:2: [smtp] port: '99999999999999999999' is "
                                              "not a whole number between 1 and 65535"},
    {"[smtp]\nport = 0x19\n",
     "t.conf:2: [smtp] port: '0x19' is not a whole number between 1 and 65535"},
    {"[smtp]\ntimeout_s = 1m\n",
     "t.conf:2: [smtp] timeout_s: '1m' is not a whole number of s between 1 and 600"},
    {"[smtp]\ntimeout_s =\n", "t.conf:2: [smtp] timeout_s: the value is empty"},
    {"[smtp]\ntls = ssl\n", "t.conf:2: [smtp] tls: 'ssl' is none of implicit, starttls, none"},
    {"[smtp]\nallow_plain = true\n", "t.conf:2: [smtp] allow_plain: 'true' is neither yes nor no"},
    {"[smtp]\nhost = a\nhost = b\n", "t.conf:3: [smtp] host is there already, at line 2"},
    {"[smtp]\n[line]\n[smtp]\n", "t.conf:3: [smtp] is there already, at line 1"},
    {"[mailbox a]\n[mailbox a]\n", "t.conf:2: [mailbox a] is there already, at line 1"},
    {"[mailbox]\n", "t.conf:1: [mailbox]: a mailbox has a name of 1-40 bytes without blanks: "
                    "[mailbox saraban]"},
    {"[mailbox a b]\n", "t.conf:1: [mailbox a b]: a mailbox has a name of 1-40 bytes without "
                        "blanks: [mailbox saraban]"},
    {"[mailboxes a]\n", "t.conf:1: [mailboxes a]: no such section; did you mean [mailbox]?"},
    {"[office]\naddr = saraban\n", "t.conf:2: [office] addr: 'saraban' is not a mail address"},
    {"[report]\nreaders = a@b.th, c\n", "t.conf:2: [report] readers: 'c' is not a mail address"},
    {"[daemon]\nroles = ,,\n",
     "t.conf:2: [daemon] roles: '' is none of mailbox, scan, deliver, web"},
    {"[daemon]\nroles =\n", "t.conf:2: [daemon] roles: the value is empty"},
    {"[daemon]\nroles = mailbox, scna\n",
     "t.conf:2: [daemon] roles: 'scna' is none of mailbox, scan, deliver, web"},
    {"[receipt]\nbase_url = thanwela.example\n",
     "t.conf:2: [receipt] base_url: 'thanwela.example' is not a web address such as "
     "https://host.example"},
    {"[receipt]\nbase_url = https:///R\n", "t.conf:2: [receipt] base_url: 'https:///R' is not a "
                                           "web address such as https://host.example"},
    {"[web]\nlisten = 8080\n",
     "t.conf:2: [web] listen: '8080' is not ADDRESS:PORT, such as 127.0.0.1:8080"},
    {"[office]\nseries = r/1\n",
     "t.conf:2: [office] series: 'r/1' is not 1-8 capitals and digits, such as R"},
    {"[office\n", "t.conf:1: a section's line ends in ]; a comment stands on a line of its own"},
    {"name = x\n", "t.conf:1: an option before the first [section]"},
    {"[office]\nhello\n", "t.conf:2: neither [section], name = value nor a comment (#)"},
    {"[office]\n= x\n", "t.conf:2: neither [section], name = value nor a comment (#)"},
    {"[office]\nname = \xff\n", "t.conf:2: the line is not UTF-8: save the file as UTF-8"},
    {"[office]\nname = a\rb\n", "t.conf:2: the line has a control character"},
    {"[database]\nconninfo = dbname=x password=y\n",
     "t.conf:2: [database] conninfo: no password here: write it to a file of mode 0600 and name "
     "that in password_file"},
    {"[database]\nmigrate_conninfo = user=password sslpassword = y\n",
     "t.conf:2: [database] migrate_conninfo: no password here: write it to a file of mode 0600 and "
     "name that in migrate_password_file"},
    {"[database]\nconninfo = postgresql://u:p@h/db\n",
     "t.conf:2: [database] conninfo: no password here: write it to a file of mode 0600 and name "
     "that in password_file"},
};

static bool parse(struct arena *a, const char *text, size_t n, struct config *c, struct err *err)
{
    return config_parse(a, "t.conf", text, n, c, err);
}

static void each_mistake_has_its_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(mistakes); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct config c;
        struct err err = {0};
        assert_false(parse(a, mistakes[i].text, strlen(mistakes[i].text), &c, &err));
        assert_string_equal(err.text, mistakes[i].sentence);
        assert_int_equal(err.kind, ERR_FATAL);
    }
}

static void sentences_never_repeat_a_line_that_may_be_a_secret(void **state)
{
    static const char text[] = "[mailbox saraban]\nhunter2\n";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c;
    struct err err = {0};
    (void)state;
    assert_false(parse(a, text, sizeof text - 1, &c, &err));
    assert_null(strstr(err.text, "hunter2"));
}

static void an_empty_file_gives_the_defaults(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c;
    struct err err = {0};
    (void)state;
    assert_true(parse(a, "", 0, &c, &err));
    assert_string_equal(c.office_name, "สำนักงานรัฐมนตรี กระทรวงการคลัง");
    assert_string_equal(c.series, "R");
    assert_string_equal(c.authserv_id, "");
    assert_null(c.smtp_host);
    assert_null(c.smtp_login);
    assert_int_equal(c.smtp_port, 0);
    assert_int_equal(c.smtp_tls, TLS_STARTTLS);
    assert_int_equal(c.soon_days, 3);
    assert_int_equal(c.roles.n, 3);
    assert_true(config_has_role(&c, "deliver"));
    assert_false(config_has_role(&c, "web"));
    assert_int_equal(c.n_mailboxes, 0);
    assert_string_equal(c.path, "t.conf");
}

static void a_whole_file_lands_in_its_fields(void **state)
{
    static const char text[] = "\xEF\xBB\xBF; a comment\r\n"
                               "[ office ]\r\n"
                               "  name = \"  สำนักงาน  \"\r\n"
                               "own_addrs = a@x.th, b@x.th ,c@x.th,\r\n"
                               "own_addrs=d@x.th\r\n"
                               "\r\n"
                               "[mailbox   สารบรรณ]\r\n"
                               "host = imap.x.th\r\nport = 1993\r\ntls = starttls\r\n"
                               "login = a = b\r\npassword_file = sub/secret\r\n"
                               "ca_file = ca.pem\r\ntoken_file = credential\r\n"
                               "[mailbox second]\r\npoll_s = 5\r\n"
                               "[daemon]\r\nroles = scan\r\nstate_dir =\r\n"
                               "[receipt]\r\nbase_url = https://x.th//\r\nkey_file = /k";
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c;
    struct err err = {0};
    (void)state;
    assert_true(config_parse(a, "/etc/t/t.conf", text, sizeof text - 1, &c, &err));
    assert_string_equal(c.office_name, "  สำนักงาน  ");
    assert_int_equal(c.own_addrs.n, 4);
    assert_string_equal(c.own_addrs.item[1], "b@x.th");
    assert_string_equal(c.own_addrs.item[3], "d@x.th");
    assert_int_equal(c.n_mailboxes, 2);
    const struct config_mailbox *box = &c.mailbox[0];
    assert_string_equal(box->name, "สารบรรณ");
    assert_int_equal(box->port, 1993);
    assert_int_equal(box->tls, TLS_STARTTLS);
    assert_string_equal(box->login, "a = b");
    assert_string_equal(box->password_file, "/etc/t/sub/secret");
    assert_string_equal(box->ca_file, "/etc/t/ca.pem");
    assert_string_equal(box->token_file, "credential");
    assert_string_equal(box->folder, "INBOX");
    assert_int_equal(c.mailbox[1].tls, TLS_IMPLICIT);
    assert_int_equal(c.mailbox[1].poll_s, 5);
    assert_int_equal(c.roles.n, 1);
    assert_string_equal(c.state_dir, "");
    assert_string_equal(c.base_url, "https://x.th");
    assert_string_equal(c.key_file, "/k");
}

static void limits_hold_at_the_limit_and_fail_one_past(void **state)
{
    static char text[CONFIG_LINE_MAX + 64];
    (void)state;
    for (int past = 0; past <= 1; past++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct config c;
        struct err err = {0};
        size_t n = (size_t)snprintf(text, sizeof text, "[office]\nregion=");
        size_t line = CONFIG_LINE_MAX - 1 + (size_t)past - strlen("region=");
        memset(text + n, 'x', line);
        assert_int_equal(parse(a, text, n + line, &c, &err), !past);
        if (past)
            assert_string_equal(err.text, "t.conf:2: the line is longer than 4095 bytes");
    }
    for (int n = CONFIG_MAILBOXES_MAX; n <= CONFIG_MAILBOXES_MAX + 1; n++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf b CLEANUP(buf_fini) = {0};
        struct config c;
        struct err err = {0};
        for (int i = 0; i < n; i++)
            buf_addf(&b, "[mailbox m%d]\n", i);
        assert_int_equal(parse(a, b.data, b.len, &c, &err), n == CONFIG_MAILBOXES_MAX);
    }
    for (int n = CONFIG_LIST_MAX; n <= CONFIG_LIST_MAX + 1; n++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct buf b CLEANUP(buf_fini) = {0};
        struct config c;
        struct err err = {0};
        buf_adds(&b, "[report]\nreaders = ");
        for (int i = 0; i < n; i++)
            buf_addf(&b, "a%d@x.th,", i);
        assert_int_equal(parse(a, b.data, b.len, &c, &err), n == CONFIG_LIST_MAX);
    }
}

#define COMPLETE_BOX "[mailbox m]\nhost = h\nlogin = l\npassword_file = /p\n"
#define COMPLETE                                                                                   \
    "[office]\naddr = a@x.th\n[receipt]\nbase_url = https://x\nkey_file = /k\npublic_key_file = "  \
    "/p\n"

static void a_role_says_what_it_lacks(void **state)
{
    static const struct {
        const char *role, *text, *sentence; /* NULL: complete */
    } cases[] = {
        {"mailbox", COMPLETE COMPLETE_BOX, NULL},
        {"mailbox", COMPLETE,
         "t.conf: no [mailbox NAME] section: add one, or take mailbox out of [daemon] roles"},
        {"mailbox", COMPLETE "[mailbox m]\nlogin = l\n",
         "t.conf: [mailbox m] host is missing: the role mailbox needs it"},
        {"mailbox", COMPLETE "[mailbox m]\nhost = h\nlogin = l\n",
         "t.conf: [mailbox m] password_file is missing: a login needs a password"},
        {"mailbox", COMPLETE "[mailbox m]\nhost = h\nlogin = l\nauth = xoauth2\n",
         "t.conf: [mailbox m] token_file is missing: auth = xoauth2 needs it or token_command"},
        {"mailbox", COMPLETE COMPLETE_BOX "tls = none\n",
         "t.conf: [mailbox m] tls = none would send the password readable to h: use implicit or "
         "starttls, or say allow_plain = yes"},
        {"mailbox", COMPLETE COMPLETE_BOX "tls = none\nallow_plain = yes\n", NULL},
        {"mailbox", "", "t.conf: [office] addr is missing: the role mailbox needs it"},
        {"scan", COMPLETE, NULL},
        {"scan", "[office]\naddr = a@x.th\n[receipt]\nbase_url = https://x\n",
         "t.conf: [receipt] key_file is missing: the role scan needs it"},
        {"deliver", COMPLETE "[smtp]\nhost = h\n", NULL},
        {"deliver", COMPLETE, "t.conf: [smtp] host is missing: the role deliver needs it"},
        {"deliver", COMPLETE "[smtp]\nhost = h\nlogin = l\n",
         "t.conf: [smtp] password_file is missing: login needs a password"},
        {"deliver", COMPLETE "[smtp]\nhost = 127.0.0.1.evil.example\ntls = none\n",
         "t.conf: [smtp] tls = none would send the password readable to 127.0.0.1.evil.example: "
         "use implicit or starttls, or say allow_plain = yes"},
        {"deliver", COMPLETE "[smtp]\nhost = 127.0.0.1\ntls = none\n", NULL},
        {"deliver", COMPLETE "[smtp]\nhost = h\n[line]\nmode = real\nto = C1\n",
         "t.conf: [line] token_file is missing: mode = real needs it"},
        {"web", "[web]\ncert_file = /c\n",
         "t.conf: [web] key_file is missing: certificate and key come together"},
        {"web", "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct config c;
        struct err err = {0};
        assert_true(parse(a, cases[i].text, strlen(cases[i].text), &c, &err));
        assert_int_equal(config_check_role(&c, cases[i].role, &err), cases[i].sentence == NULL);
        if (cases[i].sentence)
            assert_string_equal(err.text, cases[i].sentence);
    }
}

static void files_that_are_none_are_named(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct config c;
    struct err err = {0};
    (void)state;
    assert_false(config_read(a, "/no/such.conf", &c, &err));
    assert_string_equal(err.text, "/no/such.conf cannot be read: No such file or directory; name "
                                  "the configuration with -c");
    assert_false(config_read(a, "/tmp", &c, &err));
    assert_string_equal(err.text, "/tmp is not a file: name the configuration with -c");
    assert_false(config_read(a, "/dev/zero", &c, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_mistake_has_its_sentence),
        cmocka_unit_test(sentences_never_repeat_a_line_that_may_be_a_secret),
        cmocka_unit_test(an_empty_file_gives_the_defaults),
        cmocka_unit_test(a_whole_file_lands_in_its_fields),
        cmocka_unit_test(limits_hold_at_the_limit_and_fail_one_past),
        cmocka_unit_test(a_role_says_what_it_lacks),
        cmocka_unit_test(files_that_are_none_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
