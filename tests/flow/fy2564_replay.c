/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The year replayed. See fy2564_replay.h. */
#include "tests/flow/fy2564_replay.h"

#include "tests/flow/append.h"
#include "tests/flow/seeded.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char office_addr[] = "saraban@mof.example", parliament_addr[] = "sapha@mof.example";
/* Letters that name no matter, around New Year and in the next fiscal year. */
static const char *const loose[FY_LOOSE] = {"2020-12-31T23:50", "2020-12-31T23:59:30",
                                            "2021-10-01T09:00"};

static void at(int64_t us)
{
    char iso[40];
    setenv("THANWELA_NOW", time_format_iso(us, iso), 1);
}

static void import_rows(struct year *y, const char *command, const struct buf *rows)
{
    const char *path = office_path(y->a, y->d->office, "rows.csv");
    struct buf said CLEANUP(buf_fini) = {0};
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fwrite(rows->data, 1, rows->len, f);
    fclose(f);
    if (daemon_run(y->d, &said, "thanwela", command, "import", path, NULL) != 0)
        fail_msg("%s import: %s", command, buf_str(&said));
}

static void ask(struct year *y, int64_t from_us, int64_t to_us)
{
    struct buf matters CLEANUP(buf_fini) = {0}, deadlines CLEANUP(buf_fini) = {0};
    at(from_us + US_PER_S);
    if (!fy_matters_csv(y->matters, from_us, to_us, &matters))
        return;
    import_rows(y, "matter", &matters);
    assert_true(fy_deadlines_csv(y->matters, from_us, to_us, &deadlines));
    import_rows(y, "deadline", &deadlines);
}

static void put(struct append *box, const struct fy_matter *m, int which, int64_t entered_us)
{
    struct buf mail CLEANUP(buf_fini) = {0};
    fy_mail(m, which, entered_us, &mail);
    append_mail(box, mail.data, mail.len, entered_us);
}

static void deliver(struct year *y, int64_t from_us, int64_t to_us)
{
    struct append *boxes[] = {append_open(y->d->office, parliament_addr),
                              append_open(y->d->office, office_addr)};
    for (int i = 0; i < FY_MATTERS; i++) {
        const struct fy_matter *m = &y->matters[i];
        for (int k = 0; k < m->n_mails; k++) {
            int64_t entered_us = m->mail[k].entered_us;
            if (entered_us > from_us && entered_us <= to_us)
                put(boxes[m->is_cabinet], m, m->mail[k].is_repeat ? 0 : k, entered_us);
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(loose); i++) {
        int64_t entered_us = seeded_at(loose[i]);
        if (entered_us > from_us && entered_us <= to_us)
            put(boxes[1], NULL, 0, entered_us);
    }
    append_close(boxes[0]);
    append_close(boxes[1]);
}

/* An officer who looks into what came finds that an enclosure is missing. */
static void look(struct year *y, int64_t from_us, int64_t to_us)
{
    for (int i = 0; i < FY_MATTERS; i++) {
        const struct fy_matter *m = &y->matters[i];
        if (!m->n_mails || !m->mail[0].is_partial || m->mail[0].entered_us <= from_us ||
            m->mail[0].entered_us > to_us)
            continue;
        const char *sql =
            arena_printf(y->a,
                         "select i.no * 10000 + i.year from item i join matter m on m.id = "
                         "i.matter_id where m.no = %d and m.year = %d order by i.id limit 1",
                         m->no, m->year);
        int64_t number = database_int(y->db, sql);
        const char *no = arena_printf(y->a, "%d/%d", (int)(number / 10000), (int)(number % 10000));
        assert_int_equal(daemon_run(y->d, NULL, "thanwela", "item", "incomplete", no, "--why",
                                    "ขาดสิ่งที่ส่งมาด้วย 2", NULL),
                         0);
    }
}

static void present(struct year *y, int64_t from_us, int64_t to_us)
{
    struct buf rows CLEANUP(buf_fini) = {0};
    if (fy_presented_csv(y->matters, from_us, to_us, &rows))
        import_rows(y, "kpi", &rows);
    for (int i = 0; i < FY_MATTERS; i++) {
        const struct fy_matter *m = &y->matters[i];
        char due[40], presented[40];
        if (!m->is_late || m->presented_us <= from_us || m->presented_us > to_us)
            continue;
        assert_int_equal(daemon_run(y->d, NULL, "thanwela", "kpi", "present",
                                    arena_printf(y->a, "%d/%d", m->no, m->year), "--due",
                                    time_format_iso(m->present_due_us, due), "--at",
                                    time_format_iso(m->presented_us, presented), "--why",
                                    i % 2 ? "รอลงนาม" : "รอความเห็นของหน่วยงาน", "--source",
                                    "กค 0100/ล่าช้า", NULL),
                         0);
    }
}

static void report(struct year *y, int64_t now_us)
{
    char iso[40];
    at(now_us);
    assert_int_equal(daemon_run(y->d, NULL, "thanwela", "report", "lateness", "--nightly",
                                "--as-of", time_format_iso(now_us, iso), NULL),
                     0);
}

static void step_to(struct year *y, int64_t from_us, int64_t to_us)
{
    ask(y, from_us, to_us);
    deliver(y, from_us, to_us);
    at(to_us);
    int status = daemon_once(y->d, NULL);
    if (status != 0)
        fail_msg("thanwelad --once ended with %d: see %s", status, y->d->log);
    look(y, from_us, to_us);
    present(y, from_us, to_us);
}

/* Every second Friday at 17:45, with its report at 18:00; and the hours around New Year and the
 * year's end. */
static void replay(struct year *y)
{
    const int64_t fortnight_us = 14 * US_PER_DAY, quarter_hour_us = 15 * US_PER_MIN;
    static const char *const extra[] = {"2020-12-31T23:58", "2021-01-01T00:05", "2021-09-30T23:50"};
    int64_t done_us = seeded_at("2020-09-14T08:00");
    size_t next = 0;
    for (int64_t friday_us = seeded_at("2020-09-18T17:45");
         friday_us < seeded_at("2021-10-02T00:00"); friday_us += fortnight_us) {
        while (next < ARRAY_LEN(extra) && seeded_at(extra[next]) < friday_us) {
            step_to(y, done_us, seeded_at(extra[next]));
            done_us = seeded_at(extra[next++]);
        }
        step_to(y, done_us, friday_us);
        done_us = friday_us;
        report(y, friday_us + quarter_hour_us);
    }
}

static void tell_reported(struct year *y)
{
    static const char *const days[] = {"2021-01-15T10:00", "2021-04-16T10:00", "2021-07-15T10:00",
                                       "2021-10-15T10:00"};
    for (int q = 0; q < FY_QUARTERS; q++) {
        const struct fy_count *c = &fy_counted[q];
        at(seeded_at(days[q]));
        assert_int_equal(
            daemon_run(y->d, NULL, "thanwela", "kpi", "reported",
                       arena_printf(y->a, "2564Q%d", q + 1), "--percent",
                       arena_printf(y->a, "%d", c->reported / 100), "--score",
                       arena_printf(y->a, "%d", c->score / 100), "--weighted",
                       arena_printf(y->a, "%d.%02d", c->weighted / 100, c->weighted % 100), "--why",
                       arena_printf(y->a, "รายงานรอบ %d เดือน", 3 * (q + 1)), NULL),
            0);
    }
}

/* Receipts are written, and stay in the outbox: sending nine hundred of them is not this test's. */
static void send_nothing(const struct year *y)
{
    const char *edit = arena_printf(
        y->a, "sed -i 's/^roles = mailbox, scan, deliver$/roles = mailbox, scan/' '%s'",
        y->d->conf);
    assert_int_equal(system(edit), 0);
}

/* Nobody cuts the power of this year: nothing waits for the disk. */
static void hurry(const struct year *y)
{
    struct db *db CLEANUP(db_closep) = database_open_superuser(y->d->office);
    database_run(db, "alter database thanwela set synchronous_commit = off");
}

int year_start(void **state)
{
    struct year *y = calloc(1, sizeof *y);
    struct buf meetings CLEANUP(buf_fini) = {0};
    assert_non_null(y);
    y->a = arena_new();
    y->d = daemon_new(NULL, "saraban=saraban@mof.example:cabinet sapha=sapha@mof.example:"
                            "parliament");
    send_nothing(y);
    hurry(y);
    y->db = database_open(y->d->office);
    y->matters = fy_year(y->a);
    y->config.office_name = "สำนักงานรัฐมนตรี กระทรวงการคลัง";
    at(seeded_at("2020-09-14T08:00"));
    assert_int_equal(daemon_run(y->d, NULL, "thanwela", "holiday", "import",
                                TESTS_DATA "/vectors/holidays_fy2564.csv", NULL),
                     0);
    fy_meetings_csv(&meetings);
    import_rows(y, "meeting", &meetings);
    replay(y);
    tell_reported(y);
    unsetenv("THANWELA_NOW");
    *state = y;
    return 0;
}

int year_stop(void **state)
{
    struct year *y = *state;
    db_close(y->db);
    daemon_free(y->d);
    arena_free(y->a);
    free(y);
    return 0;
}
