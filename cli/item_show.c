/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela item show: all that is known of one item. */
#include "cli/item.h"

#include "base/thai.h"
#include "report/event_words.h"
#include "report/scan_words.h"
#include "report/table.h"
#include <jansson.h>
#include <string.h>

enum { LABEL_COLUMNS = 16, CODE_COLUMNS = 60 };

static json_t *files_json(const struct item_whole *w)
{
    json_t *files = json_array();
    for (int i = 0; i < w->n_files; i++) {
        const struct item_file *f = &w->files[i];
        json_t *codes = json_array(), *pages = json_array();
        for (int j = 0; j < w->n_codes; j++)
            if (w->codes[j].file_id == f->id)
                json_array_append_new(
                    codes, json_pack("{s:i, s:s, s:s, s:s, s:s, s:s}", "page", w->codes[j].page,
                                     "format", w->codes[j].format, "text", w->codes[j].content,
                                     "meaning", w->codes[j].meaning, "refers_to",
                                     w->codes[j].refers_to, "parts", w->codes[j].parts));
        for (int j = 0; j < w->n_pages; j++)
            if (w->pages[j].file_id == f->id)
                json_array_append_new(pages, json_pack("{s:i, s:s}", "page", w->pages[j].page,
                                                       "steps", w->pages[j].steps));
        json_array_append_new(
            files, json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:i, s:b, s:o, s:o}", "filename",
                             f->filename, "type", f->type, "label", f->label_type, "size_bytes",
                             (json_int_t)f->size_bytes, "sha256", f->sha256, "scan", f->scan_state,
                             "scan_why", f->scan_why, "pages", f->n_pages, "attachment",
                             f->is_attachment, "codes", codes, "searched", pages));
    }
    return files;
}

static int show_json(const struct item_whole *w)
{
    json_t *events = json_array(), *answers = json_array(), *root = item_row_json(&w->row);
    for (int i = 0; i < w->n_events; i++)
        json_array_append_new(
            events, json_pack("{s:I, s:o, s:s, s:s, s:s}", "id", (json_int_t)w->events[i].id, "at",
                              item_time_json(w->events[i].at_us), "who", w->events[i].who, "what",
                              w->events[i].what, "why", w->events[i].why));
    for (int i = 0; i < w->n_answers; i++)
        json_array_append_new(answers, json_pack("{s:s, s:s, s:o, s:s}", "to", w->answers[i].rcpt,
                                                 "state", w->answers[i].state, "sent_at",
                                                 item_time_json(w->answers[i].sent_us), "reply",
                                                 w->answers[i].reply));
    json_object_update_new(root, json_pack("{s:o, s:o, s:o}", "files", files_json(w), "events",
                                           events, "answers", answers));
    return item_print_json(root);
}

/* One labelled line; nothing where the value is empty. */
static void line(struct cli *c, const char *label, const char *value, struct buf *out)
{
    if (!*value)
        return;
    buf_adds(out, label);
    for (int i = text_columns(label); i < LABEL_COLUMNS; i++)
        buf_addc(out, ' ');
    buf_addf(out, "%s\n", text_clean(c->a, value, strlen(value)));
}

static void show_letter(struct cli *c, const struct item_row *r, struct buf *out)
{
    line(c, tr(c, "เลขรับ", "number"), r->register_no, out);
    line(c, tr(c, "เวลารับ", "received"), thai_time(c->a, r->entered_us, THAI_LONG_SECOND), out);
    line(c, tr(c, "ลงทะเบียน", "registered"), thai_time(c->a, r->registered_us, THAI_LONG_SECOND),
         out);
    if (r->deemed_us != r->entered_us)
        line(c, tr(c, "ถือว่ารับ", "deemed"), thai_time(c->a, r->deemed_us, THAI_LONG_TIME), out);
    line(c, tr(c, "เรื่อง", "subject"), *r->secrecy ? "(ลับ)" : r->subject, out);
    line(c, tr(c, "จาก", "from"),
         *r->from_name ? arena_printf(c->a, "%s <%s>", r->from_name, r->from_addr) : r->from_addr,
         out);
    line(c, tr(c, "หน่วยงาน", "agency"), r->agency, out);
    line(c, tr(c, "ผู้ส่ง", "sender"),
         r->is_verified || strcmp(r->agency_how, "officer") == 0
             ? tr(c, "ยืนยันแล้ว", "verified")
             : tr(c, "ผู้ส่งยังไม่ยืนยัน", "not verified"),
         out);
    line(c, tr(c, "ที่", "letter"), r->letter_no, out);
    if (r->letter_date_us != TIME_NONE)
        line(c, tr(c, "ลงวันที่", "dated"), thai_time(c->a, r->letter_date_us, THAI_DATE_LONG), out);
    line(c, tr(c, "ประเภท", "class"), r->class_name, out);
    line(c, tr(c, "ความเร่งด่วน", "urgency"), r->urgency, out);
    line(c, tr(c, "ชั้นความลับ", "secrecy"), r->secrecy, out);
}

static void show_state(struct cli *c, const struct item_row *r, struct buf *out)
{
    if (*r->matter_no)
        line(c, tr(c, "เรื่องที่", "matter"),
             arena_printf(c->a, "%s %s", r->matter_no, r->matter_title), out);
    if (r->due_us != TIME_NONE)
        line(c, tr(c, "กำหนด", "due"), thai_time(c->a, r->due_us, THAI_LONG_TIME), out);
    line(c, tr(c, "ผล", "judgement"), c->english ? r->verdict : r->label, out);
    line(c, tr(c, "เพราะ", "because"), r->why, out);
    line(c, tr(c, "สถานะ", "status"), r->status, out);
    line(c, tr(c, "ยกเลิกเพราะ", "cancelled"), r->cancelled_why, out);
    line(c, tr(c, "ต้องตรวจสอบ", "to check"), r->check_why, out);
    line(c, tr(c, "ไม่ครบ", "incomplete"), r->incomplete_why, out);
    line(c, tr(c, "ไม่ออกใบรับ", "no receipt"), no_receipt_words(r->no_receipt_why, c->english), out);
}

static void show_codes(struct cli *c, const struct item_whole *w, int64_t file_id, struct buf *out)
{
    for (int i = 0; i < w->n_codes; i++) {
        const struct item_code *k = &w->codes[i];
        if (k->file_id != file_id)
            continue;
        char *content = text_clean(c->a, k->content, strlen(k->content));
        buf_addf(out, "    %s %d: %s %s %s%s%s\n", tr(c, "หน้า", "page"), k->page, k->format,
                 k->meaning, text_fit(c->a, content, CODE_COLUMNS), *k->refers_to ? " → " : "",
                 k->refers_to);
        if (*k->parts)
            buf_addf(out, "      %s\n", c->english ? k->parts : scan_words(c->a, k->parts));
    }
    for (int i = 0; i < w->n_pages; i++)
        if (w->pages[i].file_id == file_id)
            buf_addf(out, "    %s %d: %s\n", tr(c, "หน้า", "page"), w->pages[i].page,
                     c->english ? w->pages[i].steps : scan_steps_words(c->a, w->pages[i].steps));
}

static void show_files(struct cli *c, const struct item_whole *w, struct buf *out)
{
    if (w->n_files)
        buf_addf(out, "\n%s (%d)\n", tr(c, "แฟ้ม", "files"), w->n_files);
    for (int i = 0; i < w->n_files; i++) {
        const struct item_file *f = &w->files[i];
        const char *name = *f->filename ? f->filename : tr(c, "(ไม่มีชื่อ)", "(no name)");
        buf_addf(out, "  %s  %s  %lld B  %.12s  %s%s%s\n", text_clean(c->a, name, strlen(name)),
                 f->type, (long long)f->size_bytes, f->sha256, f->scan_state,
                 *f->scan_why ? ": " : "",
                 c->english ? f->scan_why : scan_words(c->a, f->scan_why));
        show_codes(c, w, f->id, out);
    }
}

static void show_route(struct cli *c, const struct item_whole *w, struct buf *out)
{
    for (int i = 0; i < w->n_answers; i++) {
        const struct item_answer *r = &w->answers[i];
        line(c, tr(c, "ใบรับ", "receipt"),
             arena_printf(c->a, "%s  %s  %s  %s", r->rcpt, r->state, item_time(c->a, r->sent_us),
                          r->reply),
             out);
    }
    if (w->n_events == 0)
        return;
    const struct column columns[] = {{.title = tr(c, "เมื่อ", "when")},
                                     {.title = tr(c, "โดย", "who")},
                                     {.title = tr(c, "ทำอะไร", "what")},
                                     {.title = tr(c, "เหตุ", "why"), .shrinks = true, .min = 20}};
    struct table *t = table_new(c->a, columns, ARRAY_LEN(columns));
    for (int i = 0; i < w->n_events; i++) {
        table_cell(t, thai_time(c->a, w->events[i].at_us, THAI_DATE_SECOND));
        table_cell(t, w->events[i].who);
        table_cell(t, c->english ? w->events[i].what : event_words(w->events[i].what));
        table_cell(t, event_why(w->events[i].what, w->events[i].why, c->english));
    }
    buf_addf(out, "\n%s\n", tr(c, "เส้นทางของเรื่อง", "route"));
    table_print(t, c->columns, c->color, out);
}

int item_show_run(struct cli *c, int argc, char **argv)
{
    struct item_whole w;
    struct err err = {0};
    struct buf out CLEANUP(buf_fini) = {0};
    int64_t as_of = TIME_NONE;
    const struct opt opts[] = {{"--as-of", OPT_TIME, &as_of}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_item, "show wants one number such as 12/2564");
    struct db *db = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    bool as_it_stood = as_of != TIME_NONE;
    if (!item_read(c->a, db, argv[1], as_it_stood ? as_of : clock_now_us(), as_it_stood, &w, &err))
        return cli_fail(&err);
    if (c->json)
        return show_json(&w);
    show_letter(c, &w.row, &out);
    show_state(c, &w.row, &out);
    show_files(c, &w, &out);
    show_route(c, &w, &out);
    return cli_print(&out);
}
