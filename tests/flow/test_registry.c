/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Ledger, register and numbers against a real PostgreSQL. */
#include "db/ledger.h"
#include "db/mailbox.h"
#include "db/migrate.h"
#include "db/outbox.h"
#include "db/query.h"
#include "db/queue.h"
#include "db/registry.h"
#include "tests/flow/database.h"
#include <inttypes.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static struct office *office;
static struct db *db;
static int mailbox_id;
static int n_mails; /* made so far: each has other bytes */

static void must(bool ok, const struct err *err)
{
    if (!ok)
        fail_msg("%s", err->text);
}

static int spool(const char *text)
{
    int fd = memfd_create("test", MFD_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    return fd;
}

/* T1 of one mail. */
static struct ledger_message store(const char *raw, uint32_t uid)
{
    struct err err = {0};
    uint8_t hash[32];
    int fd CLEANUP(fd_closep) = spool(raw);
    struct ledger_message out = {0};
    crypto_hash_sha256(hash, (const unsigned char *)raw, strlen(raw));
    struct ledger_mail m = {.mailbox_id = mailbox_id,
                            .uidvalidity = 7,
                            .uid = uid,
                            .entered_at_us = clock_now_us(),
                            .raw_fd = fd,
                            .size_bytes = strlen(raw),
                            .sha256 = hash};
    must(db_begin(db, &err) && ledger_store(db, &m, &out, &err) && db_commit(db, &err), &err);
    return out;
}

static struct ledger_message store_new(void)
{
    char raw[64];
    snprintf(raw, sizeof raw, "mail %d", ++n_mails);
    return store(raw, (uint32_t)n_mails);
}

static struct registry_mail mail_of(int64_t message_id, const uint8_t key[32])
{
    return (struct registry_mail){.message_id = message_id,
                                  .content_key = key,
                                  .sent_at_us = TIME_NONE,
                                  .entered_at_us = clock_now_us(),
                                  .mailbox_id = mailbox_id,
                                  .from_addr = "clerk@customs.go.th",
                                  .agency_how = "",
                                  .is_verified = true,
                                  .check_why = "",
                                  .subject = "ทดสอบ",
                                  .subject_fold = "ทดสอบ",
                                  .letter_date_us = TIME_NONE,
                                  .urgency = "",
                                  .secrecy = "",
                                  .within_us = TIME_NONE,
                                  .meeting_date_us = TIME_NONE,
                                  .no_receipt_why = "",
                                  .n_claimed = -1,
                                  .parts_fd = -1};
}

/* Store and register one new mail; its content key is made from `seed`. */
static struct registry_result register_one(const char *seed)
{
    struct err err = {0};
    uint8_t key[32];
    struct registry_result result;
    crypto_hash_sha256(key, (const unsigned char *)seed, strlen(seed));
    struct registry_mail m = mail_of(store_new().id, key);
    must(registry_add(db, "R", &m, 1, &result, &err), &err);
    return result;
}

static void set_now(const char *iso)
{
    char sql[128];
    snprintf(sql, sizeof sql, "set thanwela.now = '%s'", iso);
    database_run(db, sql);
}

static void numbers_run_without_a_gap(void **state)
{
    (void)state;
    int64_t before = database_int(db, "select coalesce(max(no), 0) from item");
    for (int i = 1; i <= 5; i++) {
        char seed[32];
        snprintf(seed, sizeof seed, "gapless %d", i);
        struct registry_result r = register_one(seed);
        assert_int_equal(r.fate, REGISTRY_NUMBERED);
        assert_int_equal(r.no, before + i);
    }
}

static void a_rolled_back_number_is_given_again(void **state)
{
    struct err err = {0};
    (void)state;
    int64_t before = database_int(db, "select max(no) from item");
    must(db_begin(db, &err), &err);
    assert_int_equal(database_int(db, "select first_no from allot('R', 3)"), before + 1);
    db_rollback(db);
    assert_int_equal(register_one("after a rollback").no, before + 1);
}

static void repeated_mail_gets_the_first_number(void **state)
{
    (void)state;
    struct registry_result first = register_one("said twice");
    struct registry_result second = register_one("said twice");
    assert_int_equal(second.fate, REGISTRY_DUPLICATE);
    assert_int_equal(second.item_id, first.item_id);
    assert_int_equal(second.no, first.no);
}

static void two_copies_in_one_batch_get_one_number(void **state)
{
    struct err err = {0};
    uint8_t key[32];
    struct registry_result results[2];
    (void)state;
    crypto_hash_sha256(key, (const unsigned char *)"twins", 5);
    struct registry_mail mails[2] = {mail_of(store_new().id, key), mail_of(store_new().id, key)};
    must(registry_add(db, "R", mails, 2, results, &err), &err);
    assert_int_equal(results[0].fate, REGISTRY_NUMBERED);
    assert_int_equal(results[1].fate, REGISTRY_DUPLICATE);
}

static void the_same_bytes_are_one_mail(void **state)
{
    (void)state;
    struct ledger_message first = store("the same bytes", 901),
                          second = store("the same bytes", 902);
    assert_int_equal(first.id, second.id);
    assert_int_equal(database_int(db, "select count(*) from message_copy where uid in (901, 902)"),
                     2);
    struct err err = {0};
    must(ledger_aside(db, first.id, MESSAGE_IGNORED, "test", &err), &err);
}

static void a_registered_mail_is_settled_for_everybody_else(void **state)
{
    struct err err = {0};
    uint8_t key[32] = {42};
    struct registry_result r;
    (void)state;
    struct registry_mail m = mail_of(store_new().id, key);
    must(registry_add(db, "R", &m, 1, &r, &err), &err);
    must(registry_add(db, "R", &m, 1, &r, &err), &err);
    assert_int_equal(r.fate, REGISTRY_SETTLED);
}

static void mail_that_the_tables_refuse_takes_no_number(void **state)
{
    struct err err = {0};
    uint8_t key[32] = {43};
    struct registry_result r;
    (void)state;
    int64_t before = database_int(db, "select last_no from reg_counter order by year desc limit 1");
    struct registry_mail m = mail_of(store_new().id, key);
    m.urgency = "รีบ";
    assert_false(registry_add(db, "R", &m, 1, &r, &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    assert_int_equal(database_int(db, "select last_no from reg_counter order by year desc limit 1"),
                     before);
    must(ledger_aside(db, m.message_id, MESSAGE_QUARANTINED, err.text, &err), &err);
}

static void the_year_turns_at_midnight_in_bangkok(void **state)
{
    (void)state;
    set_now("2190-12-31 16:59:59Z");
    struct registry_result last = register_one("last of the year");
    set_now("2190-12-31 17:00:00Z");
    struct registry_result first = register_one("first of the year");
    assert_int_equal(last.year, 2190 + 543);
    assert_int_equal(first.year, 2191 + 543);
    assert_int_equal(first.no, 1);
}

static void a_clock_that_stepped_back_gives_no_number(void **state)
{
    struct err err = {0};
    (void)state;
    set_now("2191-06-01 00:00:00Z");
    register_one("noon");
    set_now("2191-05-31 00:00:00Z");
    must(db_begin(db, &err), &err);
    database_refuses(db, "select * from allot('R', 1)");
    db_rollback(db);
    set_now("2190-06-01 00:00:00Z");
    must(db_begin(db, &err), &err);
    database_refuses(db, "select * from allot('R', 1)");
    db_rollback(db);
    set_now("2191-06-01 00:00:01Z");
    assert_int_equal(register_one("a second later").no, 3);
}

static void an_open_transaction_rolls_back_unless_committed(void **state)
{
    struct err err = {0};
    (void)state;
    {
        must(db_begin(db, &err), &err);
        struct db *tx CLEANUP(db_rollbackp) = db;
        (void)tx;
        database_run(db, "insert into agency (code, name_th) values ('GHOST', 'ผี')");
    }
    assert_int_equal(database_int(db, "select count(*) from agency where code = 'GHOST'"), 0);
}

static void a_failed_transaction_is_not_committed_in_silence(void **state)
{
    struct err err = {0};
    (void)state;
    must(db_begin(db, &err), &err);
    database_refuses(db, "select 1 / 0");
    assert_false(db_commit(db, &err));
    assert_int_equal(err.kind, ERR_FATAL);
}

static void the_service_owns_nothing_and_cannot_rewrite_history(void **state)
{
    static const char *const forbidden[] = {
        "delete from item",
        "update event set why = 'nothing'",
        "insert into event select * from event limit 0",
        "update event_head set id = 0",
        "update reg_counter set last_no = 0",
        "update deadline set due_at = null",
        "truncate item",
        "drop table item",
        "create table mine (a int)",
        "update item set no = no + 1",
        "update item set entered_at = entered_at - interval '1 day'",
        "update schema_migration set name = ''",
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
        database_refuses(db, forbidden[i]);
    assert_int_equal(
        database_int(db, "select count(*) from pg_class where relowner = 'thanwela'::regrole"), 0);
}

static void changed_history_breaks_the_chain(void **state)
{
    struct db *owner CLEANUP(db_closep) = database_open_owner(office);
    (void)state;
    database_run(owner, "alter table event disable trigger event_frozen");
    database_run(owner, "begin; update event set why = 'changed' where id = 2");
    assert_int_equal(database_int(owner, "select min(id) from event e where hash <> event_hash(e)"),
                     2);
    database_run(owner, "rollback; alter table event enable trigger event_frozen");
}

static void a_lease_has_one_holder(void **state)
{
    struct err err = {0};
    int64_t mine, theirs;
    (void)state;
    must(mailbox_lease_take(db, mailbox_id, "a", 30, &mine, &err), &err);
    assert_true(mine > 0);
    must(mailbox_lease_take(db, mailbox_id, "b", 30, &theirs, &err), &err);
    assert_int_equal(theirs, 0);
    must(mailbox_lease_end(db, mailbox_id, "b", &err), &err); /* not b's to end */
    must(mailbox_lease_take(db, mailbox_id, "b", 30, &theirs, &err), &err);
    assert_int_equal(theirs, 0);
    must(mailbox_lease_end(db, mailbox_id, "a", &err), &err);
    must(mailbox_lease_take(db, mailbox_id, "b", 30, &theirs, &err), &err);
    assert_true(theirs > mine);
    must(mailbox_lease_end(db, mailbox_id, "b", &err), &err);
}

static void a_mail_has_three_attempts(void **state)
{
    struct err err = {0};
    bool go = true;
    (void)state;
    struct ledger_pending p = {.id = store_new().id};
    for (int i = 0; i < ATTEMPTS_MAX; i++) {
        must(ledger_attempt(db, &p, &go, &err), &err);
        assert_true(go);
    }
    must(ledger_attempt(db, &p, &go, &err), &err);
    assert_false(go);
    must(ledger_aside(db, p.id, MESSAGE_QUARANTINED, "three deaths", &err), &err);
    must(ledger_release(db, p.id, "officer", "looked at it", &err), &err);
    must(ledger_attempt(db, &p, &go, &err), &err);
    assert_true(go);
    assert_false(ledger_release(db, p.id, "officer", "", &err));
    assert_int_equal(err.kind, ERR_REFUSE);
    must(ledger_aside(db, p.id, MESSAGE_IGNORED, "test", &err), &err);
}

static void migrating_twice_does_nothing_and_a_changed_past_is_refused(void **state)
{
    struct err err = {0};
    struct db *owner CLEANUP(db_closep) = database_open_owner(office);
    int n = -1;
    (void)state;
    must(migrate(owner, "thanwela", NULL, NULL, &n, &err), &err);
    assert_int_equal(n, 0);
    database_run(owner, "update schema_migration set sha256 = sha256('') where number = 1");
    assert_false(migrate(owner, "thanwela", NULL, NULL, &n, &err));
    assert_non_null(strstr(err.text, "0001_tables was changed"));
    assert_false(migrate_check(owner, &err));
    char sql[160];
    uint8_t hash[32];
    char hex[65];
    crypto_hash_sha256(hash, (const unsigned char *)migrations[0].sql, migrations[0].n_bytes);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    snprintf(sql, sizeof sql, "update schema_migration set sha256 = '\\x%s' where number = 1", hex);
    database_run(owner, sql);
    must(migrate_check(owner, &err), &err);
    database_run(owner, "insert into schema_migration values (9999, '9999_future', '')");
    assert_false(migrate(owner, "thanwela", NULL, NULL, &n, &err));
    assert_non_null(strstr(err.text, "newer"));
    database_run(owner, "delete from schema_migration where number = 9999");
}

static int set_up(void **state)
{
    static const char *const options[] = {"--parts", "postgres", NULL};
    struct err err = {0};
    (void)state;
    office = office_start(options);
    database_migrate(office);
    db = database_open(office);
    struct mailbox_where m = {"saraban", "localhost", "saraban", "INBOX", "cabinet"};
    must(mailbox_row(db, &m, &mailbox_id, &err), &err);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    database_is_sound(db);
    db_close(db);
    office_stop(office);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_run_without_a_gap),
        cmocka_unit_test(a_rolled_back_number_is_given_again),
        cmocka_unit_test(repeated_mail_gets_the_first_number),
        cmocka_unit_test(two_copies_in_one_batch_get_one_number),
        cmocka_unit_test(the_same_bytes_are_one_mail),
        cmocka_unit_test(a_registered_mail_is_settled_for_everybody_else),
        cmocka_unit_test(mail_that_the_tables_refuse_takes_no_number),
        cmocka_unit_test(an_open_transaction_rolls_back_unless_committed),
        cmocka_unit_test(a_failed_transaction_is_not_committed_in_silence),
        cmocka_unit_test(the_service_owns_nothing_and_cannot_rewrite_history),
        cmocka_unit_test(changed_history_breaks_the_chain),
        cmocka_unit_test(a_lease_has_one_holder),
        cmocka_unit_test(a_mail_has_three_attempts),
        cmocka_unit_test(the_year_turns_at_midnight_in_bangkok),
        cmocka_unit_test(a_clock_that_stepped_back_gives_no_number),
        cmocka_unit_test(migrating_twice_does_nothing_and_a_changed_past_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
