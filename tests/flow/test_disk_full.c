/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The database's disk is full, where the tables lie and where the log lies: nothing is lost, no
 * number is wrong, and once there is room the mails are taken. A small file system in memory stands
 * for the disk; making one needs root. */
#include "base/buf.h"
#include "tests/flow/daemon.h"
#include "tests/flow/pair.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { LETTERS = 6, LETTER_BYTES = 2 << 20, ROOM_BYTES = 3 << 20 };

static const char box[] = "saraban@mof.example", clerk[] = "saraban@customs.go.th";

struct small_disk {
    struct daemon *d;
    char *path; /* where it is mounted */
};

static bool mount_small(struct small_disk *s)
{
    struct stat st;
    s->d = daemon_new(NULL, NULL);
    s->path = office_path(s->d->a, s->d->office, "small");
    assert_int_equal(mkdir(s->path, 0755), 0);
    if (mount("tmpfs", s->path, "tmpfs", MS_NOSUID | MS_NODEV, "size=192m,mode=755") != 0) {
        assert_true(errno == EPERM || errno == EACCES);
        daemon_free(s->d);
        return false;
    }
    assert_int_equal(stat(office_get(s->d->office, "OFFICE_DIR"), &st), 0);
    assert_int_equal(chown(s->path, st.st_uid, st.st_gid), 0);
    return true;
}

static void unmount_small(struct small_disk *s)
{
    pair_run(s->d->office, "kill postgres");
    assert_int_equal(umount2(s->path, MNT_DETACH), 0);
    daemon_free(s->d);
}

/* Take all room there is but so much. */
static void fill(const struct small_disk *s, size_t but)
{
    static const char zeros[1 << 16];
    int fd CLEANUP(fd_closep) =
        open(arena_printf(s->d->a, "%s/filler", s->path), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    off_t at = 0;
    for (ssize_t n; (n = write(fd, zeros, sizeof zeros)) > 0;)
        at += n;
    assert_int_equal(errno, ENOSPC);
    assert_true(at > (off_t)but);
    assert_int_equal(ftruncate(fd, at - (off_t)but), 0);
}

static void make_room(const struct small_disk *s)
{
    assert_int_equal(unlink(arena_printf(s->d->a, "%s/filler", s->path)), 0);
}

/* Bytes that no compression makes fewer. */
static void deliver_letters(const struct small_disk *s)
{
    for (int i = 0; i < LETTERS; i++) {
        struct buf mail CLEANUP(buf_fini) = {0};
        buf_addf(&mail,
                 "Authentication-Results: mx.mof.example; auth=pass; spf=pass smtp.mailfrom=%s\r\n"
                 "From: %s\r\nTo: %s\r\nMessage-ID: <full-%d@test>\r\nSubject: letter %d\r\n\r\n",
                 clerk, clerk, box, i, i);
        uint64_t x = (uint64_t)i + 1;
        while (mail.len < LETTER_BYTES) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            buf_addf(&mail, "%016llx%016llx\r\n", (unsigned long long)x,
                     (unsigned long long)(x * 0x9e3779b97f4a7c15u));
        }
        office_deliver(s->d->office, box, mail.data, mail.len);
    }
}

static void all_are_taken(const struct small_disk *s)
{
    daemon_drain(s->d, 5);
    struct db *db CLEANUP(db_closep) = database_open_superuser(s->d->office);
    assert_int_equal(database_int(db, "select count(*) from item"), LETTERS);
    assert_int_equal(database_int(db, "select max(no) from item"), LETTERS);
    assert_int_equal(office_count(s->d->office, box, ""), 0);
    database_is_sound(db);
}

static void time_passes(const struct small_disk *s)
{
    struct db *db CLEANUP(db_closep) = database_open_superuser(s->d->office);
    database_run(db, "update mailbox set lease_until = clock_timestamp();"
                     "update job set next_at = clock_timestamp() where state = 'ready';"
                     "update job set claimed_until = clock_timestamp() where state = 'running';"
                     "update outbox set next_at = clock_timestamp() where state = 'ready';"
                     "update outbox set claimed_until = clock_timestamp() where state = 'sending'");
}

static void a_full_disk_of_tables_costs_no_mail(void **state)
{
    struct small_disk s;
    (void)state;
    if (!mount_small(&s))
        skip();
    char conninfo[256];
    snprintf(conninfo, sizeof conninfo, "host=%s dbname=postgres user=office",
             office_get(s.d->office, "DB_HOST"));
    struct db *db = NULL;
    struct err err = {0};
    assert_true(db_open_raw(conninfo, NULL, "test", &db, &err));
    char *tablespace = arena_printf(s.d->a, "%s/tables", s.path);
    struct stat st;
    assert_int_equal(mkdir(tablespace, 0700), 0);
    assert_int_equal(stat(s.path, &st), 0);
    assert_int_equal(chown(tablespace, st.st_uid, st.st_gid), 0);
    database_run(db, arena_printf(s.d->a, "create tablespace small location '%s'", tablespace));
    database_run(db, "alter database thanwela set tablespace small");
    db_close(db);
    fill(&s, ROOM_BYTES);
    deliver_letters(&s);
    assert_int_not_equal(daemon_once(s.d, NULL), 0);
    assert_int_equal(system(arena_printf(s.d->a, "grep -q 53100 '%s'", s.d->log)), 0);
    assert_true(office_count(s.d->office, box, "") > 0);
    db = database_open_superuser(s.d->office);
    database_is_sound(db);
    db_close(db);
    make_room(&s);
    time_passes(&s);
    all_are_taken(&s);
    unmount_small(&s);
}

static void a_full_disk_of_the_log_costs_no_mail(void **state)
{
    struct small_disk s;
    (void)state;
    if (!mount_small(&s))
        skip();
    pair_run(s.d->office, "kill postgres");
    char *command =
        arena_printf(s.d->a,
                     "cd '%s' && cp -a postgres/pg_wal small/ && rm -r postgres/pg_wal && "
                     "ln -s ../small/pg_wal postgres/pg_wal && chown -h --reference=postgres "
                     "postgres/pg_wal",
                     office_get(s.d->office, "OFFICE_DIR"));
    assert_int_equal(system(command), 0);
    pair_run(s.d->office, "start postgres");
    deliver_letters(&s);
    fill(&s, ROOM_BYTES);
    assert_int_not_equal(daemon_once(s.d, NULL), 0); /* the server gives up itself */
    assert_true(office_count(s.d->office, box, "") > 0);
    make_room(&s);
    pair_run(s.d->office, "kill postgres");
    pair_run(s.d->office, "start postgres");
    time_passes(&s);
    all_are_taken(&s);
    unmount_small(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_of_tables_costs_no_mail),
        cmocka_unit_test(a_full_disk_of_the_log_costs_no_mail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
