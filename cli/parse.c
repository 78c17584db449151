/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela parse: the parts of mails in files, without a database or a configuration. The same
 * parser in the same sandbox as the daemon's. */
#include "cli/cli.h"
#include "mail/mime.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_parse;

/* The file's bytes in a memfd, as the parser wants them. */
static bool load(const char *path, int *fd_out, struct err *err)
{
    enum { BLOCK = 64 << 10 };
    int from CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return err_set(err, ERR_REFUSE, "%s cannot be read: %s", path, strerror(errno));
    int to CLEANUP(fd_closep) = child_memfd("mail");
    char block[BLOCK];
    int64_t total = 0;
    ssize_t n;
    while ((n = read(from, block, sizeof block)) > 0) {
        total += n;
        if (total > MAIL_BYTES_MAX)
            return err_set(err, ERR_REFUSE, "%s is over %d bytes: no mail of that size is taken",
                           path, MAIL_BYTES_MAX);
        if (write(to, block, (size_t)n) != n)
            return err_set(err, ERR_RETRY, "%s: no memory to hold it", path);
    }
    if (n < 0)
        return err_set(err, ERR_REFUSE, "%s cannot be read: %s", path, strerror(errno));
    *fd_out = to;
    to = -1;
    return true;
}

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

static const char *from_shown(struct arena *a, const struct mail *m)
{
    if (m->from_addr && m->from_name)
        return arena_printf(a, "%s <%s>", m->from_name, m->from_addr);
    return m->from_addr ? m->from_addr : m->from;
}

static const char *hash_hex(struct arena *a, const uint8_t hash[static 32])
{
    char *hex = arena_alloc(a, 65);
    for (size_t i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", hash[i]);
    return hex;
}

static json_t *leaf_json(struct arena *a, const struct mail_leaf *leaf)
{
    json_t *o = json_object();
    json_object_set_new(o, "type", json_string(leaf->type));
    json_object_set_new(o, "filename", text_or_null(leaf->sent_name));
    json_object_set_new(o, "size", json_integer((json_int_t)leaf->size));
    json_object_set_new(o, "sha256", json_string(hash_hex(a, leaf->sha256)));
    json_object_set_new(o, "attachment", json_boolean(leaf->attachment));
    json_object_set_new(o, "sniffed", json_string(leaf->sniffed));
    return o;
}

static json_t *flags_json(uint32_t flags)
{
    json_t *list = json_array();
    for (uint32_t one = 1; one < MAIL_FLAG_END; one <<= 1)
        if (flags & one)
            json_array_append_new(list, json_string(mail_flag_name((enum mail_flag)one)));
    return list;
}

static json_t *mail_json(struct arena *a, const char *file, const struct mail *m)
{
    json_t *o = json_object(), *leaves = json_array();
    for (uint32_t i = 0; i < m->n_leaves; i++)
        json_array_append_new(leaves, leaf_json(a, &m->leaves[i]));
    json_object_set_new(o, "file", json_string(file));
    json_object_set_new(o, "subject", json_string(m->subject));
    json_object_set_new(o, "from", text_or_null(from_shown(a, m)));
    json_object_set_new(o, "message_id", text_or_null(m->message_id));
    json_object_set_new(o, "leaves", leaves);
    json_object_set_new(o, "nested", json_integer(m->n_nested));
    json_object_set_new(o, "flags", flags_json(m->flags));
    return o;
}

/* What could not be parsed has the same keys, and says why. */
static json_t *error_json(const char *file, const struct err *err)
{
    const struct mail none = {.subject = ""};
    json_t *o = mail_json(NULL, file, &none);
    json_object_set_new(o, "subject", json_null());
    json_object_set_new(o, "error", json_string(err->text));
    return o;
}

static void print_json(json_t *o)
{
    json_dumpf(o, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(o);
}

static void print_text(const struct cli *c, struct arena *a, const char *file, const struct mail *m)
{
    const char *from = from_shown(a, m);
    printf("%s\n  %s %s\n  %s %s\n", file, tr(c, "จาก:", "from:"), from ? from : "-",
           tr(c, "เรื่อง:", "subject:"), *m->subject ? m->subject : "-");
    for (uint32_t one = 1; one < MAIL_FLAG_END; one <<= 1)
        if (m->flags & one)
            printf("  %s %s\n", tr(c, "ข้อสังเกต:", "odd:"), mail_flag_name((enum mail_flag)one));
    for (uint32_t i = 0; i < m->n_leaves; i++) {
        const struct mail_leaf *leaf = &m->leaves[i];
        printf("  %3u. %*s%s  %s  %llu %s  %.12s\n", i + 1, (int)leaf->depth * 2, "",
               leaf->filename ? leaf->filename : tr(c, "(ไม่มีชื่อ)", "(no name)"), leaf->sniffed,
               (unsigned long long)leaf->size, tr(c, "ไบต์", "bytes"), hash_hex(a, leaf->sha256));
    }
}

static bool parse_one(const struct cli *c, struct zygote *z, const char *file)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    struct mail m = {.parts_fd = -1};
    int raw CLEANUP(fd_closep) = -1;
    bool done = load(file, &raw, &err) && mail_parse(a, z, raw, &m, &err);
    int parts CLEANUP(fd_closep) = m.parts_fd;
    (void)parts;
    if (c->json)
        print_json(done ? mail_json(a, file, &m) : error_json(file, &err));
    else if (done)
        print_text(c, a, file, &m);
    if (!done && !c->json)
        cli_fail(&err);
    return done;
}

static int run(struct cli *c, int argc, char **argv)
{
    struct err err = {0};
    struct zygote *z CLEANUP(zygote_stopp) = NULL;
    if (!cli_options(&command_parse, &argc, argv, NULL, 0))
        return EXIT_USAGE;
    if (argc < 2)
        return cli_usage(&command_parse, "%s", tr(c, "ต้องระบุแฟ้มอีเมล", "name the files to parse"));
    if (!mail_zygote_start(&z, &err))
        return cli_fail(&err);
    bool all = true;
    for (int i = 1; i < argc; i++)
        all &= parse_one(c, z, argv[i]);
    if (fflush(stdout) != 0) {
        err_set(&err, ERR_RETRY, "the answer cannot be written: %s", strerror(errno));
        return cli_fail(&err);
    }
    return all ? EXIT_DONE : EXIT_FOUND;
}

const struct command command_parse = {
    .name = "parse",
    .summary_th = "แยกส่วนของอีเมลในแฟ้ม: หัวเรื่อง ผู้ส่ง และเอกสารแนบ",
    .summary_en = "take mails in files apart: subject, sender, attachments",
    .usage_th = "วิธีใช้: thanwela parse แฟ้ม... [--json]\n"
                "\n"
                "อ่านอีเมลดิบ (.eml) แล้วแสดงหัวเรื่อง ผู้ส่ง และทุกส่วนที่แนบมา\n"
                "ไม่ต้องมีฐานข้อมูลหรือแฟ้มตั้งค่า ชนิดของแฟ้มดูจากเนื้อหา ไม่เชื่อป้าย\n"
                "\n"
                "  --json   หนึ่งบรรทัดต่อหนึ่งแฟ้ม: file, subject, from, message_id,\n"
                "           leaves (type, filename, size, sha256, attachment, sniffed),\n"
                "           nested, flags; แฟ้มที่แยกไม่ได้มี error เพิ่ม\n"
                "           filename เป็นชื่อตามที่ผู้ส่งเขียน ห้ามใช้เป็นที่อยู่แฟ้ม\n"
                "\n"
                "ผล: 0 แยกได้ทุกแฟ้ม  1 มีแฟ้มที่แยกไม่ได้  2 ใช้คำสั่งไม่ถูกต้อง\n",
    .usage_en = "usage: thanwela parse FILE... [--json]\n"
                "\n"
                "Reads raw mails (.eml) and shows subject, sender and every part. Needs no\n"
                "database and no configuration. Types are told from the bytes, not the label.\n"
                "\n"
                "  --json   one line a file: file, subject, from, message_id,\n"
                "           leaves (type, filename, size, sha256, attachment, sniffed),\n"
                "           nested, flags; and error where it cannot be parsed\n"
                "           filename is what the sender wrote: never use it as a path\n"
                "\n"
                "Exit status: 0 all parsed, 1 some not, 2 used wrongly\n",
    .run = run,
};
