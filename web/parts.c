/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Pieces of pages. See parts.h. */
#include "web/parts.h"

#include "base/thai.h"
#include "base/thai_date.h"
#include "db/secrecy.h"
#include <inttypes.h>
#include <string.h>

void part_link(struct html *h, const char *url, const char *text)
{
    html_start(h, "a");
    html_url(h, "href", url);
    html_text(h, text);
    html_end(h);
}

void part_head(struct html *h, const char *const *titles, int n)
{
    html_start(h, "thead");
    html_start(h, "tr");
    for (int i = 0; i < n; i++) {
        html_start(h, "th");
        html_attr(h, "scope", "col");
        html_text(h, titles[i]);
        html_end(h);
    }
    html_end(h);
    html_end(h);
}

void part_table(struct html *h, const char *const *titles, int n)
{
    html_start(h, "table");
    html_attr(h, "class", "cards");
    part_head(h, titles, n);
    html_start(h, "tbody");
}

void part_reason(struct web_request *r, struct html *h, bool is_required)
{
    html_start(h, "label");
    html_text(h, web_tr(r, "เหตุผล", "Reason"));
    html_start(h, "input");
    html_attr(h, "name", "why");
    html_attr(h, "type", "text");
    if (is_required)
        html_attr(h, "required", "");
    html_end(h);
    html_end(h);
}

void part_cell(struct html *h, const char *label, const char *class_name, const char *text)
{
    html_start(h, "td");
    html_attr(h, "data-label", label);
    html_attr(h, "class", class_name);
    html_text(h, text);
    html_end(h);
}

void part_fact(struct html *h, const char *label, const char *value)
{
    if (!value || !*value)
        return;
    html_element(h, "dt", label);
    html_element(h, "dd", value);
}

void part_input(struct html *h, const char *label, const char *name, const char *type,
                const char *value)
{
    html_start(h, "label");
    html_text(h, label);
    html_start(h, "input");
    html_attr(h, "name", name);
    html_attr(h, "type", type);
    if (value)
        html_attr(h, "value", value);
    html_end(h);
    html_end(h);
}

static void write_option(const struct web_request *r, struct html *h, const char *word,
                         const char *chosen)
{
    html_start(h, "option");
    html_attr(h, "value", word);
    if (strcmp(word, chosen) == 0)
        html_attr(h, "selected", "");
    html_text(h, part_word(r, word));
    html_end(h);
}

void part_select(const struct web_request *r, struct html *h, const char *label, const char *name,
                 const char *const *words, size_t n, const char *chosen, bool may_be_empty)
{
    html_start(h, "label");
    html_text(h, label);
    html_start(h, "select");
    html_attr(h, "name", name);
    if (may_be_empty)
        write_option(r, h, "", chosen);
    for (size_t i = 0; i < n; i++)
        write_option(r, h, words[i], chosen);
    html_end(h);
    html_end(h);
}

static const char *time_as(struct web_request *r, int64_t us, enum thai_form form)
{
    char iso[40];
    if (us == TIME_NONE)
        return "-";
    if (!r->english)
        return thai_time(r->a, us, form);
    size_t n = strlen(form == THAI_DATE_SECOND ? "2021-04-09T12:00:01" : "2021-04-09T12:00");
    char *text = arena_strndup(r->a, time_format_iso(us, iso), n);
    text[strcspn(text, "T")] = ' ';
    return text;
}

const char *part_time(struct web_request *r, int64_t us)
{
    return time_as(r, us, THAI_DATE_TIME);
}

const char *part_second(struct web_request *r, int64_t us)
{
    return time_as(r, us, THAI_DATE_SECOND);
}

const char *part_day(struct web_request *r, int64_t us)
{
    char iso[40];
    if (us == TIME_NONE)
        return "-";
    return r->english ? arena_strndup(r->a, time_format_iso(us, iso), strlen("2021-04-09"))
                      : thai_time(r->a, us, THAI_DATE_SHORT);
}

bool part_read_time(const char *text, int64_t *us_out, bool *has_time_out)
{
    struct thai_when when;
    if (time_parse_iso(text, us_out)) {
        *has_time_out = strpbrk(text, "T ") != NULL;
        return true;
    }
    if (!thai_date_find(text, &when))
        return false;
    *us_out = when.at_us;
    *has_time_out = when.has_time;
    return true;
}

static const char *number_url(struct arena *a, const char *place, const char *number)
{
    int n = (int)strcspn(number, "/");
    return arena_printf(a, "/%s/%s/%.*s", place, number + n + (number[n] == '/'), n, number);
}

const char *part_item_url(struct arena *a, const char *register_no)
{
    return number_url(a, "items", register_no);
}

const char *part_matter_url(struct arena *a, const char *matter_no)
{
    return number_url(a, "matters", matter_no);
}

const char *part_number(struct web_request *r)
{
    return arena_printf(r->a, "%s/%s", r->param[1], r->param[0]);
}

const char *part_item_path(struct web_request *r, const char *more)
{
    return arena_printf(r->a, "/items/%s/%s%s", web_escape(r->a, r->param[0]),
                        web_escape(r->a, r->param[1]), more);
}

void part_secrecy(struct web_request *r, struct html *h, const char *action, const char *now)
{
    size_t n;
    const char *const *words = secrecy_words(&n);
    html_start(h, "details");
    html_element(h, "summary", web_tr(r, "ชั้นความลับ", "Secrecy"));
    html_element(h, "p",
                 web_tr(r,
                        "เมื่อเป็นความลับ ชื่อเรื่องไม่แสดงและค้นไม่พบ เปิดแฟ้มไม่ได้ ลิงก์ที่ออกไว้ปิดทันที "
                        "บุคคลภายนอกเห็นเพียงว่าอยู่ในทะเบียน",
                        "What is secret shows no subject, is not found by it, opens no file; links "
                        "close at once, and strangers see only that it is in the register."));
    web_form_start(r, h, action);
    part_select(r, h, web_tr(r, "ชั้นความลับ (ว่าง = ไม่เป็นความลับ)", "Secrecy (empty: none)"), "secrecy",
                words, n, now, true);
    part_reason(r, h, true);
    html_element(h, "button", web_tr(r, "บันทึก", "Save"));
    html_end(h);
    html_end(h);
}

const char *part_tone(const char *verdict)
{
    static const struct {
        const char *verdict, *tone;
    } tones[] = {{"ON_TIME", "good"},    {"LATE", "bad"},         {"OVERDUE", "bad"},
                 {"INCOMPLETE", "look"}, {"NO_DEADLINE", "look"}, {"DUE_SOON", "look"}};
    for (size_t i = 0; i < ARRAY_LEN(tones); i++)
        if (strcmp(tones[i].verdict, verdict) == 0)
            return tones[i].tone;
    return "";
}

enum { ITEM_COLUMNS = 6 };

static void write_item(struct web_request *r, struct html *h, const struct item_row *i,
                       const char *const titles[ITEM_COLUMNS])
{
    html_start(h, "tr");
    html_start(h, "td");
    html_attr(h, "data-label", titles[0]);
    html_attr(h, "class", "short");
    part_link(h, part_item_url(r->a, i->register_no), i->register_no);
    html_end(h);
    part_cell(h, titles[1], "short",
              time_as(r, i->entered_us, thai_form_beside(i->entered_us, i->due_us)));
    part_cell(h, titles[2], "", *i->agency ? i->agency : i->from_addr);
    part_cell(h, titles[3], "", *i->secrecy ? "(ลับ)" : i->subject);
    part_cell(h, titles[4], arena_printf(r->a, "short %s", part_tone(i->verdict)),
              part_label(r, i->verdict, i->label));
    part_cell(h, titles[5], "", *i->check_why ? i->check_why : i->status);
    html_end(h);
}

void part_items(struct web_request *r, struct html *h, const struct item_rows *rows)
{
    const char *const titles[ITEM_COLUMNS] = {
        web_tr(r, "เลขรับ", "No."),    web_tr(r, "เวลารับ", "Received"), web_tr(r, "จาก", "From"),
        web_tr(r, "เรื่อง", "Subject"), web_tr(r, "ผล", "Judgement"),    web_tr(r, "สถานะ", "State")};
    if (rows->n == 0) {
        html_element(h, "p", web_tr(r, "ไม่มีรายการ", "Nothing here."));
        return;
    }
    part_table(h, titles, ITEM_COLUMNS);
    for (int i = 0; i < rows->n; i++)
        write_item(r, h, &rows->item[i], titles);
    html_end(h);
    html_end(h);
}

void part_pages(struct web_request *r, struct html *h, const char *url, int64_t page, int64_t size,
                int64_t total)
{
    html_start(h, "div");
    html_attr(h, "class", "pages");
    html_element(h, "span", arena_printf(r->a, "%s %" PRId64, web_tr(r, "ทั้งหมด", "In all"), total));
    if (page > 1)
        part_link(h, arena_printf(r->a, "%s%" PRId64, url, page - 1),
                  web_tr(r, "‹ ก่อนหน้า", "‹ before"));
    if (page * size < total)
        part_link(h, arena_printf(r->a, "%s%" PRId64, url, page + 1),
                  web_tr(r, "ถัดไป ›", "next ›"));
    html_end(h);
}
