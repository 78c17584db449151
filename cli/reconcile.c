/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela reconcile: mailbox against ledger. The daemon that reads a mailbox lists and compares,
 * asked through the database; here the answer is awaited and shown. */
#include "cli/cli.h"

#include "base/thai.h"
#include "db/reconcile.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

extern const struct command command_reconcile;

enum {
    WAIT_S = 60,
    WAIT_MAX_S = 3600,
    LOOK_US = 200000, /* between looks for the answer */
    SHOWN_MAX = 20,   /* differences of a kind that are shown one by one, without --all */
};

/* ---- asking */

static bool wait_answers(struct db *db, int64_t wait_s, struct err *err)
{
    int64_t end_ms = clock_mono_ms() + wait_s * 1000, n = 0;
    do {
        if (!reconcile_unanswered(db, &n, err))
            return false;
        if (n > 0)
            usleep(LOOK_US);
    } while (n > 0 && clock_mono_ms() < end_ms);
    return true;
}

/* ---- as data */

static json_t *time_json(int64_t us)
{
    char iso[40];
    return us == TIME_NONE ? json_null() : json_string(time_format_iso(us, iso));
}

static json_t *text_json(const char *text)
{
    return *text ? json_string(text) : json_null();
}

static json_t *difference_json(const struct reconcile_difference *d)
{
    return json_pack("{s:s, s:b, s:s, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:I, s:I, s:s, s:s}",
                     "class", d->what->name, "explained", d->is_explained, "mailbox", d->mailbox,
                     "register_no", text_json(d->register_no), "mail",
                     d->message_id ? json_integer(d->message_id) : json_null(), "place",
                     text_json(d->place), "folder", text_json(d->folder), "uid", (json_int_t)d->uid,
                     "size_bytes", (json_int_t)d->size_bytes, "entered_at",
                     time_json(d->internaldate_us), "there", (json_int_t)d->n_there, "known",
                     (json_int_t)d->n_known, "what", d->what->en, "do", d->what->do_en);
}

static json_t *run_json(const struct reconcile_run *r, const struct reconcile_found *f)
{
    json_t *counts = json_object();
    for (int i = 0; i < f->n_counts; i++)
        if (f->counts[i].run_id == r->id)
            json_object_set_new(counts, f->counts[i].what->name, json_integer(f->counts[i].n));
    return json_pack("{s:s, s:o, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "mailbox", r->mailbox,
                     "at", time_json(r->at_us), "fresh", r->is_fresh, "inbox",
                     (json_int_t)r->n_inbox, "done", (json_int_t)r->n_done, "aside",
                     (json_int_t)r->n_aside, "known", (json_int_t)r->n_known, "unexplained",
                     (json_int_t)r->n_unexplained, "explained", (json_int_t)r->n_explained,
                     "classes", counts);
}

static void print_json(const struct reconcile_found *f, struct buf *out)
{
    json_t *runs = json_array(), *differences = json_array();
    for (int i = 0; i < f->n_runs; i++)
        json_array_append_new(runs, run_json(&f->runs[i], f));
    for (int i = 0; i < f->n_differences; i++)
        json_array_append_new(differences, difference_json(&f->differences[i]));
    json_t *root = json_pack("{s:o, s:o}", "mailboxes", runs, "differences", differences);
    char *text CLEANUP(mem_freep) = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    buf_addf(out, "%s\n", text);
}

/* ---- for people */

static const char *when(struct cli *c, int64_t us)
{
    return us == TIME_NONE ? "?" : thai_time(c->a, us, THAI_DATE_TIME);
}

static void print_difference(struct cli *c, const struct reconcile_difference *d, struct buf *out)
{
    buf_adds(out, "      ");
    if (*d->register_no)
        buf_addf(out, "%s %s  %s · ", tr(c, "เลขรับ", "no."), d->register_no, d->subject);
    else if (d->message_id)
        buf_addf(out, "%s %" PRId64 " · ", tr(c, "จดหมายรหัส", "mail"), d->message_id);
    buf_addf(out, "%s %s · %" PRId64 " %s", tr(c, "เข้าเมื่อ", "came"), when(c, d->internaldate_us),
             d->size_bytes, tr(c, "ไบต์", "bytes"));
    if (*d->folder)
        buf_addf(out, " · %s, UID %" PRId64, d->folder, d->uid);
    if (d->n_there > 1)
        buf_addf(out, " · %s %" PRId64 "/%" PRId64, tr(c, "มี/ที่รู้จัก", "there/known"), d->n_there,
                 d->n_known);
    buf_adds(out, "\n");
}

static void print_class(struct cli *c, const struct reconcile_count *k,
                        const struct reconcile_found *f, bool all, struct buf *out)
{
    int64_t shown = 0, most = all ? INT64_MAX : k->is_explained ? 0 : SHOWN_MAX;
    const char *color = !c->color ? "" : k->is_explained ? "\033[32m" : "\033[31m";
    buf_addf(out, "  %s%s%s %" PRId64 " %s: %s\n", color, k->is_explained ? "✓" : "✗",
             c->color ? "\033[0m" : "", k->n, tr(c, k->what->th, k->what->en),
             tr(c, k->what->do_th, k->what->do_en));
    for (int i = 0; i < f->n_differences && shown < most; i++) {
        const struct reconcile_difference *d = &f->differences[i];
        if (d->run_id != k->run_id || d->what != k->what)
            continue;
        print_difference(c, d, out);
        shown++;
    }
    if (shown > 0 && shown < k->n)
        buf_addf(out, "      … %" PRId64 " %s\n", k->n - shown,
                 tr(c, "ฉบับ: ดู --all หรือ --json", "more: see --all or --json"));
}

static void print_run(struct cli *c, const struct reconcile_run *r, const struct reconcile_found *f,
                      bool all, struct buf *out)
{
    if (r->id == 0) {
        buf_addf(out, "%s: %s\n", r->mailbox,
                 tr(c, "ยังไม่เคยเทียบ: เปิดบริการ thanwelad ที่อ่านตู้นี้ แล้วสั่งใหม่",
                    "never compared: start the thanwelad that reads it, and ask again"));
        return;
    }
    buf_addf(out, "%s: %s %s · %s %" PRId64 " · %s %" PRId64 " · %s %" PRId64 " · %s %" PRId64 "\n",
             r->mailbox, tr(c, "เทียบเมื่อ", "compared"), when(c, r->at_us),
             tr(c, "กล่องขาเข้า", "inbox"), r->n_inbox, tr(c, "ลงทะเบียนแล้ว", "done"), r->n_done,
             tr(c, "พักไว้", "aside"), r->n_aside, tr(c, "ทะเบียนรู้จัก", "the ledger knows"),
             r->n_known);
    if (!r->is_fresh)
        buf_addf(out, "  ! %s\n",
                 tr(c, "บริการไม่ตอบ ข้อมูลนี้เป็นของการเทียบครั้งก่อน: ตรวจว่า thanwelad ทำงานอยู่",
                    "no daemon answered: this is the comparison of then; is thanwelad running?"));
    for (int i = 0; i < f->n_counts; i++)
        if (f->counts[i].run_id == r->id)
            print_class(c, &f->counts[i], f, all, out);
    if (r->n_explained + r->n_unexplained == 0)
        buf_addf(out, "  %s\n", tr(c, "✓ ตรงกันทุกฉบับ", "✓ every mail is where the ledger says"));
}

static int verdict(const struct reconcile_found *f)
{
    for (int i = 0; i < f->n_runs; i++)
        if (f->runs[i].id == 0 || f->runs[i].n_unexplained > 0)
            return EXIT_FOUND;
    return EXIT_DONE;
}

static int run(struct cli *c, int argc, char **argv)
{
    bool all = false;
    int64_t wait_s = WAIT_S;
    struct err err = {0};
    struct reconcile_found f = {0};
    struct buf out CLEANUP(buf_fini) = {0};
    const struct opt opts[] = {{"--all", OPT_FLAG, &all}, {"--wait", OPT_INT, &wait_s}};
    if (!cli_options(&command_reconcile, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc > 1 || wait_s > WAIT_MAX_S)
        return cli_usage(&command_reconcile, "%s",
                         tr(c, "reconcile ไม่รับอาร์กิวเมนต์ และ --wait ไม่เกิน 3600",
                            "reconcile takes no arguments, and --wait at most 3600"));
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!reconcile_ask(db, &err) || !wait_answers(db, wait_s, &err) ||
        !reconcile_read(c->a, db, TIME_NONE, &f, &err))
        return cli_fail(&err);
    if (c->json)
        print_json(&f, &out);
    else
        for (int i = 0; i < f.n_runs; i++)
            print_run(c, &f.runs[i], &f, all, &out);
    int printed = cli_print(&out);
    return printed != EXIT_DONE ? printed : verdict(&f);
}

const struct command command_reconcile = {
    .name = "reconcile",
    .summary_th = "เทียบตู้จดหมายกับทะเบียน ทีละฉบับ ทั้งสองทาง",
    .summary_en = "mailbox against ledger, mail by mail, both ways",
    .usage_th = "วิธีใช้: thanwela reconcile [--all] [--wait วินาที] [--json]\n"
                "\n"
                "ขอให้บริการที่อ่านตู้จดหมายไล่ดูกล่องขาเข้า แฟ้มที่ลงทะเบียนแล้ว และแฟ้มพักไว้\n"
                "เดี๋ยวนี้ แล้วเทียบกับทะเบียนทั้งสองทาง ✓ คือต่างโดยรู้เหตุ ✗ คือไม่รู้เหตุ\n"
                "พร้อมสิ่งที่ต้องทำ ถ้าไม่มีบริการตอบ จะแสดงการเทียบครั้งก่อนและบอกว่าเมื่อใด\n"
                "สิ้นสุดด้วย 0 เมื่อไม่มีที่ไม่รู้เหตุ และ 1 เมื่อมี\n"
                "\n"
                "  --all          แสดงทุกฉบับ รวมที่รู้เหตุ (ชนิดละไม่เกิน 500)\n"
                "  --wait วินาที   รอคำตอบนานเท่าใด (60)\n",
    .usage_en = "Usage: thanwela reconcile [--all] [--wait SECONDS] [--json]\n"
                "\n"
                "Asks the daemon that reads each mailbox to list the inbox and the folders of\n"
                "registered and set-aside mail now, and compares them with the ledger both\n"
                "ways. A tick is a difference with a known reason, a cross one without, with\n"
                "what to do. Where no daemon answers, the last comparison is shown with its\n"
                "time. Exit status 0 nothing unexplained, 1 something is.\n"
                "\n"
                "  --all            every mail, explained ones too (500 of a kind at most)\n"
                "  --wait SECONDS   how long to wait for the answer (60)\n",
    .run = run,
};
