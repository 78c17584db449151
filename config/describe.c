/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of options told to people: on the terminal, as a sample file, as a man page. */
#include "config/config.h"

#include "config/value.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *section_text(const char *section, bool english)
{
    static const struct {
        const char *section, *th, *en;
    } texts[] = {
        {"office", "หน่วยงาน", "The office itself."},
        {"database", "ฐานข้อมูล PostgreSQL", "PostgreSQL."},
        {"mailbox", "กล่องอีเมลขาเข้า มีได้หลายกล่อง เช่น [mailbox saraban]",
         "A mailbox that documents arrive in; one section each: [mailbox saraban]."},
        {"smtp", "การส่งอีเมลออก", "Mail that goes out."},
        {"receipt", "ใบรับ", "Receipts."},
        {"scan", "การอ่านคิวอาร์", "Reading codes."},
        {"report", "รายงาน", "Reports."},
        {"line", "กลุ่ม LINE", "The LINE group."},
        {"web", "หน้าเว็บ", "The pages behind receipts."},
        {"daemon", "ตัวบริการ thanwelad", "thanwelad itself."},
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        if (strcmp(texts[i].section, section) == 0)
            return english ? texts[i].en : texts[i].th;
    abort(); /* a section of the table without a text: test_config_options comes by here */
}

static const char *section_title(const char *section)
{
    return strcmp(section, "mailbox") == 0 ? "mailbox NAME" : section;
}

static const char *kind_text(enum config_kind kind, bool english)
{
    static const struct {
        const char *th, *en;
    } texts[] = {
        [CONFIG_TEXT] = {"ข้อความ", "text"},
        [CONFIG_PATH] = {"แฟ้มหรือโฟลเดอร์", "path"},
        [CONFIG_SECRET] = {"แฟ้มลับ (0600) หรือชื่อ systemd credential",
                           "secret file (0600) or systemd credential"},
        [CONFIG_ADDRESS] = {"ที่อยู่อีเมล", "mail address"},
        [CONFIG_URL] = {"ที่อยู่เว็บ", "web address"},
        [CONFIG_LISTEN] = {"ที่อยู่:พอร์ต", "address:port"},
        [CONFIG_SERIES] = {"ตัวพิมพ์ใหญ่และเลข", "capitals and digits"},
        [CONFIG_WORD] = {"คำ", "word"},
        [CONFIG_NUMBER] = {"จำนวนเต็ม", "number"},
        [CONFIG_YESNO] = {"yes หรือ no", "yes or no"},
        [CONFIG_TLS] = {"คำ", "word"},
        [CONFIG_ADDRESSES] = {"ที่อยู่อีเมล คั่นด้วยจุลภาค", "mail addresses, by commas"},
        [CONFIG_WORDS] = {"คำ คั่นด้วยจุลภาค", "words, by commas"},
    };
    static_assert(ARRAY_LEN(texts) == CONFIG_N_KINDS, "a text for each kind");
    return english ? texts[kind].en : texts[kind].th;
}

/* "auto login plain" → "auto, login, plain" */
static char *words_list(struct arena *a, const char *words)
{
    char *text = arena_strdup(a, "");
    for (const char *w = words; *w; w += strspn(w, " ")) {
        size_t n = strcspn(w, " ");
        text = arena_printf(a, "%s%s%.*s", text, *text ? ", " : "", (int)n, w);
        w += n;
    }
    return text;
}

char *config_range(struct arena *a, const struct config_option *o)
{
    if (o->words)
        return words_list(a, o->words);
    if (o->kind != CONFIG_NUMBER)
        return arena_strdup(a, "");
    return arena_printf(a, "%d-%d%s%s", o->min, o->max, o->unit ? " " : "", o->unit ? o->unit : "");
}

/* "number, 1-65535" */
static char *shape(struct arena *a, const struct config_option *o, bool english)
{
    char *range = config_range(a, o);
    const char *kind = kind_text(o->kind, english);
    if (o->kind == CONFIG_WORD || o->kind == CONFIG_TLS)
        return range;
    return *range ? arena_printf(a, "%s: %s", kind, range) : arena_strdup(a, kind);
}

/* What holds where nothing is written; NULL: nothing does. */
static char *default_text(struct arena *a, const struct config_option *o, bool english)
{
    if (o->default_value && *o->default_value)
        return arena_printf(a, "%s%s", english ? "default " : "ค่าเริ่มต้น ", o->default_value);
    if (o->needed_by)
        return arena_printf(a, "%s%s", english ? "needed by " : "ต้องระบุสำหรับ ",
                            words_list(a, o->needed_by));
    return NULL;
}

static bool opens_section(const struct config_option *all, size_t i)
{
    return i == 0 || strcmp(all[i].section, all[i - 1].section) != 0;
}

void config_write_options(bool english, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    size_t n;
    const struct config_option *o = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        char *held = default_text(a, &o[i], english);
        if (opens_section(o, i))
            buf_addf(out, "%s[%s]  %s\n", i ? "\n" : "", section_title(o[i].section),
                     section_text(o[i].section, english));
        buf_addf(out, "  %s  (%s%s%s)\n      %s\n", o[i].name, shape(a, &o[i], english),
                 held ? "; " : "", held ? held : "", english ? o[i].text_en : o[i].text_th);
    }
}

/* A list takes a line for each entry: together they may be longer than a line can be. */
static void write_value(struct arena *a, const struct config_option *o, const void *field,
                        struct buf *out)
{
    const struct string_list *list = field;
    if (o->kind != CONFIG_ADDRESSES && o->kind != CONFIG_WORDS) {
        buf_addf(out, "%s = %s\n", o->name, value_show(a, o, field));
        return;
    }
    for (uint32_t i = 0; i < list->n; i++)
        buf_addf(out, "%s = %s\n", o->name, list->item[i]);
    if (list->n == 0)
        buf_addf(out, "%s =\n", o->name);
}

/* The options of one section with the values in owner (struct config or struct config_mailbox). */
static void write_section_values(struct arena *a, const char *section, const char *title,
                                 const void *owner, struct buf *out)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    buf_addf(out, "%s[%s]\n", out->len ? "\n" : "", title);
    for (size_t i = 0; i < n; i++)
        if (strcmp(o[i].section, section) == 0)
            write_value(a, &o[i], (const char *)owner + o[i].offset, out);
}

void config_write_values(const struct config *c, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    size_t n;
    const struct config_option *o = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        if (!opens_section(o, i))
            continue;
        if (strcmp(o[i].section, "mailbox") != 0) {
            write_section_values(a, o[i].section, o[i].section, c, out);
            continue;
        }
        for (uint32_t b = 0; b < c->n_mailboxes; b++)
            write_section_values(a, "mailbox", arena_printf(a, "mailbox %s", c->mailbox[b].name),
                                 &c->mailbox[b], out);
    }
}

/* An option that must be written stands as it would be; every other as a comment with its default.
 */
static void write_sample_option(struct arena *a, const struct config_option *o, struct buf *out)
{
    bool held = o->default_value && *o->default_value;
    const char *value = held ? o->default_value : o->example ? o->example : "";
    bool must = (o->needed_by && !held) || strcmp(o->name, "password_file") == 0;
    must = must && o->example;
    buf_addf(out, "# %s\n# %s\n# (%s)\n%s%s =%s%s\n\n", o->text_th, o->text_en, shape(a, o, true),
             must ? "" : "#", o->name, *value ? " " : "", value);
}

void config_write_sample(struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    size_t n;
    const struct config_option *o = config_options(&n);
    buf_adds(out, "# /etc/thanwela/thanwela.conf\n"
                  "# Made by `thanwela config --sample`. A line that begins with # is a comment; a "
                  "commented option\n# shows its default, or an example where it has none. Check a "
                  "change with `thanwelad --check`.\n\n");
    for (size_t i = 0; i < n; i++) {
        bool is_box = strcmp(o[i].section, "mailbox") == 0;
        if (opens_section(o, i))
            buf_addf(out, "[%s]\n# %s\n\n", is_box ? "mailbox saraban" : o[i].section,
                     section_text(o[i].section, false));
        write_sample_option(a, &o[i], out);
    }
    out->data[--out->len] = 0; /* the last option's blank line */
}
