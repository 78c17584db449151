/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The private office itself: the demo and every flow test stand on it. */
#include "tests/flow/office.h"

#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static struct office *office;

static int start(void **state)
{
    (void)state;
    office = office_start(NULL);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    office_stop(office);
    return 0;
}

/* Send a mail with claims in its head by the MTA; curl's exit status. */
static int send_mail(struct arena *a, const char *from, const char *to, const char *login)
{
    char *file = office_path(a, office, "to-send");
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fprintf(
        f,
        "From: %s\r\nTo: %s\r\nSubject: x\r\n"
        "Authentication-Results: mx.mof.example; dmarc=pass header.from=forged.example\r\n"
        "Authentication-Results: other.example; dmarc=pass header.from=kept.example\r\n\r\nx\r\n",
        from, to);
    fclose(f);
    char *user = login ? arena_printf(a, "--user '%s':\"$(cat '%s')\"", login,
                                      office_password_file(a, office, login))
                       : arena_strdup(a, "");
    return system(arena_printf(a,
                               "curl -s --ssl-reqd --cacert '%s' %s --mail-from '%s' "
                               "--mail-rcpt '%s' -T '%s' smtp://localhost:%s >/dev/null 2>&1",
                               office_get(office, "CA_FILE"), user, from, to, file,
                               office_get(office, "SMTP_PORT")));
}

/* The newest text in the mailbox, once there are n mails. */
static const char *mailbox_text(struct arena *a, const char *address, int n)
{
    for (int i = 0; i < 100 && office_count(office, address, "") < n; i++)
        usleep(50000);
    assert_int_equal(office_count(office, address, ""), n);
    char *out = office_path(a, office, "all-mail");
    assert_int_equal(system(arena_printf(a, "cat '%s/%s/Maildir/new/'* >'%s'",
                                         office_get(office, "MAIL_DIR"), address, out)),
                     0);
    FILE *f = fopen(out, "r");
    assert_non_null(f);
    char *text = arena_alloc(a, 1 << 16);
    assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
    fclose(f);
    return text;
}

static void our_mta_vouches_for_who_signed_in_and_strips_forged_words(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const char *to = "sapha@mof.example";
    assert_int_equal(send_mail(a, "saraban@customs.go.th", to, "saraban@customs.go.th"), 0);
    const char *text = mailbox_text(a, to, 1);
    assert_non_null(strstr(text, "dmarc=pass header.from=customs.go.th"));
    assert_null(strstr(text, "forged.example"));
    assert_non_null(strstr(text, "kept.example"));
}

static void our_mta_does_not_vouch_for_another_domain(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const char *to = "manager@mof.example";
    assert_int_equal(send_mail(a, "saraban@rd.go.th", to, "saraban@customs.go.th"), 0);
    assert_non_null(strstr(mailbox_text(a, to, 1), "dmarc=fail header.from=rd.go.th"));
    assert_int_equal(send_mail(a, "saraban@excise.go.th", to, NULL), 0);
    assert_non_null(strstr(mailbox_text(a, to, 2), "dmarc=none header.from=excise.go.th"));
}

static void mail_to_a_thai_address_arrives(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const char *to = "สารบรรณ@mof.example";
    assert_int_equal(send_mail(a, "saraban@rd.go.th", to, "saraban@rd.go.th"), 0);
    assert_non_null(strstr(mailbox_text(a, to, 1), "dmarc=pass"));
}

static void nothing_leaves_the_office(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    assert_int_not_equal(send_mail(a, "saraban@rd.go.th", "someone@elsewhere.example", NULL), 0);
    assert_int_not_equal(send_mail(a, "saraban@rd.go.th", "nobody@mof.example", NULL), 0);
}

static void the_database_wants_its_password(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const char *question = "select current_user";
    char *right = arena_printf(a, "PGPASSWORD=$(cat '%s') psql -Xqwc '%s' '%s' >/dev/null",
                               office_get(office, "DB_PASSWORD_FILE"), question,
                               office_get(office, "DB_CONNINFO"));
    char *wrong = arena_printf(a, "PGPASSWORD=guess psql -Xqwc '%s' '%s' >/dev/null 2>&1", question,
                               office_get(office, "DB_CONNINFO"));
    assert_int_equal(system(right), 0);
    assert_int_not_equal(system(wrong), 0);
}

static void a_folder_that_is_no_office_is_not_wiped(void **state)
{
    (void)state;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    char *dir = office_path(a, office, "precious");
    assert_int_equal(system(arena_printf(a, "mkdir '%s' && touch '%s/thing'", dir, dir)), 0);
    assert_int_not_equal(
        system(arena_printf(a, "%s/script/lib/office start '%s' 2>/dev/null", CHECKOUT, dir)), 0);
    assert_int_equal(system(arena_printf(a, "test -e '%s/thing'", dir)), 0);
}

static bool is_alive(struct arena *a, const char *dir, const char *server)
{
    return system(arena_printf(a, "kill -0 $(cut -d' ' -f1 '%s/pid/%s') 2>/dev/null", dir,
                               server)) == 0;
}

static void an_office_ends_with_its_owner(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *dir = office_path(a, office, "other");
    pid_t owner = fork();
    if (owner == 0) {
        pause();
        _exit(0);
    }
    assert_int_equal(
        system(arena_printf(a, "%s/script/lib/office start '%s' --parts dovecot --with %d",
                            CHECKOUT, dir, (int)owner)),
        0);
    assert_true(is_alive(a, dir, "dovecot"));
    assert_int_equal(kill(owner, SIGKILL), 0);
    assert_int_equal(waitpid(owner, NULL, 0), owner);
    for (int i = 0; i < 200 && is_alive(a, dir, "dovecot"); i++)
        usleep(100000);
    assert_false(is_alive(a, dir, "dovecot"));
}

/* Processes that name the folder in their command line; a shell that counted would count itself. */
static int processes_of(const char *dir)
{
    DIR *proc = opendir("/proc");
    int n = 0;
    assert_non_null(proc);
    for (struct dirent *e; (e = readdir(proc));) {
        char path[300], words[4096];
        snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
        FILE *f = fopen(path, "r");
        size_t got = f ? fread(words, 1, sizeof words, f) : 0;
        n += memmem(words, got, dir, strlen(dir)) != NULL;
        if (f)
            fclose(f);
    }
    closedir(proc);
    return n;
}

/* Where the machine is quick it may stand already: then it is wiped, as others are. */
static bool is_interrupted_after(struct arena *a, const char *dir, int tenths)
{
    int status = system(arena_printf(a,
                                     "%s/script/lib/office start '%s' & sleep 0.%d; "
                                     "kill -TERM $! 2>/dev/null; wait $!",
                                     CHECKOUT, dir, tenths));
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == 128 + SIGTERM)
        return true;
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_equal(system(arena_printf(a, "%s/script/lib/office wipe '%s'", CHECKOUT, dir)), 0);
    return false;
}

static void an_office_that_is_interrupted_leaves_no_process(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *dir = office_path(a, office, "interrupted");
    int n_interrupted = 0;
    for (int tenths = 1; tenths <= 9; tenths += 4) {
        n_interrupted += is_interrupted_after(a, dir, tenths);
        for (int i = 0; i < 100 && processes_of(dir) > 0; i++) /* its subshells end after it */
            usleep(50000);
        assert_int_equal(processes_of(dir), 0);
    }
    assert_true(n_interrupted > 0);
}

/* A delivery that was under way makes its log anew. */
static void what_still_writes_does_not_keep_a_folder_from_being_wiped(void **state)
{
    (void)state;
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *dir = office_path(a, office, "written");
    int status = system(arena_printf(
        a,
        "mkdir -p '%s' && cd '%s' && touch .office && chmod 777 . && { (end=$(($(date +%%s) + 2));"
        " while [ $(date +%%s) -lt $end ]; do mkdir -p log && : >log/late; done) 2>/dev/null & "
        "sleep 0.3; '%s/script/lib/office' wipe '%s'; }",
        dir, dir, CHECKOUT, dir));
    assert_int_equal(status, 0);
    assert_int_equal(access(dir, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_mta_vouches_for_who_signed_in_and_strips_forged_words),
        cmocka_unit_test(our_mta_does_not_vouch_for_another_domain),
        cmocka_unit_test(mail_to_a_thai_address_arrives),
        cmocka_unit_test(nothing_leaves_the_office),
        cmocka_unit_test(the_database_wants_its_password),
        cmocka_unit_test(a_folder_that_is_no_office_is_not_wiped),
        cmocka_unit_test(an_office_ends_with_its_owner),
        cmocka_unit_test(an_office_that_is_interrupted_leaves_no_process),
        cmocka_unit_test(what_still_writes_does_not_keep_a_folder_from_being_wiped),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
