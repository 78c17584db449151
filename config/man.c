/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of options as thanwela.conf(5), in mdoc. */
#include "config/config.h"

#include "config/value.h"
#include <string.h>

struct man_words {
    const char *name, *intro, *options, *files, *see, *def, *needed, *secret;
};

static const struct man_words *words(bool english)
{
    static const struct man_words en = {
        "configuration of Thanwela",
        "Sections in brackets, then lines of\n.Ql name = value .\nA line that begins with\n.Ql #\n"
        "or\n.Ql \\&;\nis a comment.\nA list is written with commas, or on several lines of the "
        "same option.\nA path that does not begin with a slash begins at the file's own folder.\n"
        "An option that does not exist, a value out of its range and an option given twice end the "
        "program with one sentence that names the line.\n.Pp\n"
        "Send\n.Dv SIGHUP\nto\n.Xr thanwelad 8\nto have it read again.",
        "OPTIONS",
        "FILES",
        "SEE ALSO",
        "Default:",
        "Needed by:",
        "A secret is a file of mode 0600 whose first line counts, or, where the value has no "
        "slash, "
        "the systemd credential of that name.\nThe unit hands every file of\n.Pa "
        "/etc/thanwela/secrets\nto the service as the credential\n.Ql secret_ Ns Ar FILE ;\n"
        "commands that root gives read the file itself.\n"
        "Secrets are never values of this file.",
    };
    static const struct man_words th = {
        "การตั้งค่าของทันเวลา",
        "หมวดอยู่ในวงเล็บเหลี่ยม ตามด้วยบรรทัด\n.Ql ชื่อ = ค่า\nบรรทัดที่ขึ้นต้นด้วย\n.Ql #\nหรือ\n.Ql \\&;\n"
        "คือหมายเหตุ\nรายการหลายค่าคั่นด้วยจุลภาค หรือเขียนตัวเลือกเดิมซ้ำหลายบรรทัด\n"
        "เส้นทางที่ไม่ขึ้นต้นด้วย / เริ่มจากโฟลเดอร์ของแฟ้มนี้\n"
        "ตัวเลือกที่ไม่มีอยู่ ค่านอกช่วง และตัวเลือกที่ซ้ำ ทำให้โปรแกรมหยุดพร้อมประโยคเดียวที่บอกบรรทัด\n.Pp\n"
        "ส่งสัญญาณ\n.Dv SIGHUP\nให้\n.Xr thanwelad 8\nเพื่ออ่านใหม่",
        "ตัวเลือก",
        "แฟ้ม",
        "ดูเพิ่มเติม",
        "ค่าเริ่มต้น:",
        "ต้องระบุสำหรับ:",
        "ความลับคือแฟ้มที่มีสิทธิ์ 0600 ใช้บรรทัดแรก หรือถ้าค่าไม่มี / คือ systemd credential ชื่อนั้น\n"
        "แฟ้มใน\n.Pa /etc/thanwela/secrets\nเป็น credential ชื่อ\n.Ql secret_ Ns Ar "
        "แฟ้ม\nคำสั่งที่ root ใช้อ่านแฟ้มนั้นเอง\n"
        "ความลับไม่ใช่ค่าในแฟ้มนี้",
    };
    return english ? &en : &th;
}

/* Text at a line's start must not look like a request, and a backslash not like an escape. */
static void add_text(struct buf *out, const char *text)
{
    if (*text == '.' || *text == '\'')
        buf_adds(out, "\\&");
    for (; *text; text++) {
        if (*text == '\\')
            buf_adds(out, "\\e");
        else
            buf_addc(out, *text);
        if (*text == '.' && text[1] == ' ') { /* a new sentence is a new line */
            buf_addc(out, '\n');
            text++;
        }
    }
    buf_addc(out, '\n');
}

static void add_option(struct arena *a, const struct config_option *o, const struct man_words *w,
                       bool english, struct buf *out)
{
    static const char *const arg[] = {
        [CONFIG_TEXT] = "text",        [CONFIG_PATH] = "path", [CONFIG_SECRET] = "secret",
        [CONFIG_ADDRESS] = "address",  [CONFIG_URL] = "url",   [CONFIG_LISTEN] = "address:port",
        [CONFIG_SERIES] = "series",    [CONFIG_WORD] = "word", [CONFIG_NUMBER] = "number",
        [CONFIG_YESNO] = "yes | no",   [CONFIG_TLS] = "word",  [CONFIG_ADDRESSES] = "address , ...",
        [CONFIG_WORDS] = "word , ...",
    };
    char *range = config_range(a, o);
    buf_addf(out, ".It Ic %s No = Ar %s\n", o->name, arg[o->kind]);
    add_text(out, english ? o->text_en : o->text_th);
    if (*range)
        buf_addf(out, ".Pq %s\n", range);
    if (o->default_value && *o->default_value)
        buf_addf(out, ".Pp\n%s\n.Ql %s\n", w->def, o->default_value);
    else if (o->needed_by)
        buf_addf(out, ".Pp\n%s\n.Ql %s\n", w->needed, o->needed_by);
}

static void add_options(struct arena *a, const struct man_words *w, bool english, struct buf *out)
{
    size_t n;
    const struct config_option *o = config_options(&n);
    for (size_t i = 0; i < n; i++) {
        bool opens = i == 0 || strcmp(o[i].section, o[i - 1].section) != 0;
        bool is_box = strcmp(o[i].section, "mailbox") == 0;
        if (opens && i)
            buf_adds(out, ".El\n");
        if (opens)
            buf_addf(out, ".Ss \\&[%s%s]\n.Bl -tag -width Ds\n", o[i].section,
                     is_box ? " NAME" : "");
        add_option(a, &o[i], w, english, out);
    }
    buf_adds(out, ".El\n");
}

void config_write_man(bool english, struct buf *out)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    const struct man_words *w = words(english);
    buf_addf(
        out,
        ".\\\" SPDX-License-Identifier: AGPL-3.0-or-later\n"
        ".\\\" Made by `thanwela config --man`: change the table in config/options.c instead.\n"
        ".Dd $Mdocdate: November 22 2026 $\n.Dt THANWELA.CONF 5\n.Os Thanwela\n"
        ".Sh NAME\n.Nm thanwela.conf\n.Nd %s\n.Sh DESCRIPTION\n%s\n.Pp\n%s\n.Sh %s\n",
        w->name, w->intro, w->secret, w->options);
    add_options(a, w, english, out);
    buf_addf(out,
             ".Sh %s\n.Bl -tag -width Ds\n.It Pa /etc/thanwela/thanwela.conf\n.El\n"
             ".Sh %s\n.Xr thanwela 1 ,\n.Xr thanwelad 8\n",
             w->files, w->see);
}
