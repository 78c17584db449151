/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela verify: is this receipt genuine? A token or link as text, or the receipt itself as PDF,
 * picture or photo; with nothing but the public key. */
#include "base/clock.h"
#include "base/thai.h"
#include "cli/cli.h"
#include "cli/load.h"
#include "qr/scan.h"
#include "qr/token.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_verify;

struct check {          /* one code, or one text of the command line */
    const char *source; /* the file; NULL: the text itself */
    uint32_t page;      /* 0 without a file */
    const char *text;
    enum token_verdict verdict;
    struct token token; /* of a genuine one */
};

struct inquiry {
    struct cli *c;
    struct verifier *keys;
    struct zygote *scanner; /* NULL where no file is named */
    struct check *check;
    int n, cap, n_genuine, n_doubtful;
    int n_empty; /* texts and files without any code of ours */
};

static void keep(struct inquiry *q, const struct check *k)
{
    enum { FIRST_CAP = 16 };
    if (q->n == q->cap) {
        q->cap = q->cap ? 2 * q->cap : FIRST_CAP;
        struct check *more = arena_array(q->c->a, (size_t)q->cap, sizeof *more);
        for (int i = 0; i < q->n; i++)
            more[i] = q->check[i];
        q->check = more;
    }
    q->check[q->n++] = *k;
}

static void add(struct inquiry *q, const char *source, uint32_t page, const char *text)
{
    struct check k = {.source = source, .page = page, .text = text};
    k.verdict = token_verify(q->keys, text, &k.token);
    q->n_genuine += k.verdict == TOKEN_GENUINE;
    q->n_doubtful += k.verdict == TOKEN_FORGED || k.verdict == TOKEN_KEY_UNKNOWN;
    q->n_empty += k.verdict == TOKEN_NOT_OURS && !source;
    keep(q, &k);
}

/* ---------------------------------------------------------------- files */

static bool add_file(struct inquiry *q, const char *path, struct err *err)
{
    int fd CLEANUP(fd_closep) = -1;
    const struct scan_options options = {0};
    struct scan_result r;
    if (!file_load(path, &fd, err) ||
        !scan_document(q->c->a, q->scanner, fd, path, &options, &r, err))
        return false;
    int before = q->n_genuine + q->n_doubtful;
    for (uint32_t i = 0; i < r.n_codes; i++)
        add(q, path, r.codes[i].page, r.codes[i].text);
    if (q->n_genuine + q->n_doubtful > before)
        return true;
    q->n_empty++;
    if (!q->c->json)
        printf("%s: %s%s%s%s\n", text_clean(q->c->a, path, strlen(path)),
               tr(q->c, "ไม่พบรหัสของใบรับในไฟล์นี้", "holds no code of a receipt"), r.why ? " (" : "",
               r.why ? r.why : "", r.why ? ")" : "");
    return true;
}

/* ---------------------------------------------------------------- answers */

static const struct {
    const char *th, *en, *color;
} verdicts[] = {
    [TOKEN_GENUINE] = {"ของแท้: สำนักงานลงนามไว้จริง", "genuine: signed by the office", "\033[1;32m"},
    [TOKEN_NOT_OURS] = {"ไม่ใช่รหัสของใบรับ", "not a receipt's code", "\033[1m"},
    [TOKEN_FORGED] = {"ไม่ใช่ของแท้: ลายเซ็นไม่ตรงกับข้อมูล", "not genuine: the signature is wrong",
                      "\033[1;31m"},
    [TOKEN_KEY_UNKNOWN] = {"ตรวจสอบไม่ได้: ลงนามด้วยกุญแจที่ไม่มีในไฟล์กุญแจสาธารณะ",
                           "cannot be checked: signed by a key that the public key file lacks",
                           "\033[1;33m"},
};

/* "thanwela.example.go.th", or NULL where the text is no link. */
static const char *link_host(struct arena *a, const char *text)
{
    const char *host = strstr(text, "://");
    if (!host)
        return NULL;
    host += 3;
    return text_clean(a, host, strcspn(host, "/?#"));
}

static void print_row(const struct cli *c, const char *th, const char *en, const char *value)
{
    enum { LABEL_COLUMNS = 18 };
    const char *label = tr(c, th, en);
    printf("  %s%*s%s\n", label, LABEL_COLUMNS - text_columns(label), "", value);
}

static void print_token(const struct cli *c, const struct check *k)
{
    const struct token *t = &k->token;
    char iso[40];
    const char *number = arena_printf(c->a, "%" PRIu64 "/%u", t->number, t->year);
    const char *at = c->english ? time_format_iso(t->entered_at_us, iso)
                                : thai_time(c->a, t->entered_at_us, THAI_LONG_SECOND);
    if (t->kind == TOKEN_SLIP)
        print_row(c, "ใบปะหน้าของเรื่องที่", "slip of matter", number);
    else
        print_row(c, "เลขทะเบียนรับ", "register number", number);
    print_row(c, "ทะเบียน", "register", t->series);
    if (t->kind == TOKEN_SLIP)
        print_row(c, "ออกเมื่อ", "made", at);
    else
        print_row(c, "เวลารับ", "received", at);
    print_row(c, "กุญแจหมายเลข", "key", arena_printf(c->a, "%d", t->key_id));
    if (link_host(c->a, k->text))
        print_row(c, "ลิงก์ไปที่", "the link goes to", link_host(c->a, k->text));
}

static void print_check(const struct cli *c, const struct check *k)
{
    const char *end = c->color ? "\033[0m" : "";
    if (k->source)
        printf("%s, %s %u: ", text_clean(c->a, k->source, strlen(k->source)), tr(c, "หน้า", "page"),
               k->page);
    printf("%s%s%s\n", c->color ? verdicts[k->verdict].color : "",
           tr(c, verdicts[k->verdict].th, verdicts[k->verdict].en), end);
    if (k->verdict == TOKEN_GENUINE)
        print_token(c, k);
}

static json_t *check_json(struct arena *a, const struct check *k)
{
    json_t *o = json_pack("{s:s?, s:i, s:s, s:s}", "file", k->source, "page", (int)k->page, "text",
                          k->text, "verdict", token_verdict_name(k->verdict));
    if (!o || k->verdict != TOKEN_GENUINE)
        return o;
    const struct token *t = &k->token;
    char iso[40], digest[2 * sizeof t->digest + 1];
    for (size_t i = 0; i < sizeof t->digest; i++)
        snprintf(digest + 2 * i, 3, "%02x", t->digest[i]);
    json_t *facts = json_pack("{s:s, s:s, s:i, s:I, s:s, s:s, s:i, s:s?}", "kind",
                              t->kind == TOKEN_SLIP ? "slip" : "receipt", "series", t->series,
                              "year", (int)t->year, "number", (json_int_t)t->number, "entered_at",
                              time_format_iso(t->entered_at_us, iso), "digest", digest, "key_id",
                              (int)t->key_id, "host", link_host(a, k->text));
    json_object_update_new(o, facts);
    return o;
}

static int print_json(const struct inquiry *q, bool genuine)
{
    struct buf out CLEANUP(buf_fini) = {0};
    json_t *list = json_array();
    for (int i = 0; i < q->n; i++)
        json_array_append_new(list, check_json(q->c->a, &q->check[i]));
    json_t *o = json_pack("{s:b, s:o}", "genuine", genuine, "codes", list);
    char *text = json_dumps(o, JSON_COMPACT);
    buf_addf(&out, "%s\n", text);
    free(text);
    json_decref(o);
    int status = cli_print(&out);
    return status != EXIT_DONE ? status : genuine ? EXIT_DONE : EXIT_FOUND;
}

/* ---------------------------------------------------------------- the command */

static bool is_file(const char *word)
{
    return access(word, F_OK) == 0;
}

/* The child that opens files is born before the keys are read. */
static bool start_scanner(struct inquiry *q, int argc, char **argv, struct err *err)
{
    for (int i = 1; i < argc; i++)
        if (is_file(argv[i]))
            return scan_zygote_start(&q->scanner, err);
    return true;
}

static bool open_keys(struct inquiry *q, const char *path, struct err *err)
{
    if (!path) {
        const struct config *config = cli_config(q->c);
        if (!config)
            return err_set(err, ERR_NONE, "%s", "");
        path = config->public_key_file;
    }
    return verifier_open(path, &q->keys, err);
}

static int answer(struct inquiry *q)
{
    bool genuine = q->n_genuine > 0 && q->n_doubtful == 0 && q->n_empty == 0;
    if (q->c->json)
        return print_json(q, genuine);
    for (int i = 0; i < q->n; i++)
        if (!q->check[i].source || q->check[i].verdict != TOKEN_NOT_OURS)
            print_check(q->c, &q->check[i]);
    return genuine ? EXIT_DONE : EXIT_FOUND;
}

static int inquire(struct inquiry *q, const char *key_path, int argc, char **argv)
{
    struct err err = {0};
    if (!start_scanner(q, argc, argv, &err))
        return cli_fail(&err);
    if (!open_keys(q, key_path, &err))
        return err.kind == ERR_NONE ? EXIT_USAGE : cli_fail(&err);
    for (int i = 1; i < argc; i++) {
        if (!is_file(argv[i]))
            add(q, NULL, 0, argv[i]);
        else if (!add_file(q, argv[i], &err))
            return cli_fail(&err);
    }
    return answer(q);
}

static int run(struct cli *c, int argc, char **argv)
{
    const char *key_path = NULL;
    const struct opt opts[] = {{"--key", OPT_TEXT, &key_path}};
    struct inquiry q = {.c = c};
    if (!cli_options(&command_verify, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc < 2)
        return cli_usage(&command_verify, "%s",
                         tr(c, "ระบุรหัส ลิงก์ หรือไฟล์ของใบรับ", "give a receipt's code, link or file"));
    int status = inquire(&q, key_path, argc, argv);
    zygote_stop(q.scanner);
    verifier_free(q.keys);
    return status;
}

const struct command command_verify = {
    .name = "verify",
    .summary_th = "ตรวจสอบว่าใบรับเป็นของแท้",
    .summary_en = "is this receipt genuine?",
    .usage_th = "วิธีใช้: thanwela verify รหัส|ลิงก์|ไฟล์... [--key ไฟล์กุญแจสาธารณะ] [--json]\n"
                "\n"
                "ตรวจสอบลายเซ็นของใบรับโดยไม่ต้องติดต่อใคร ใช้เพียงกุญแจสาธารณะของสำนักงาน\n"
                "ไฟล์เป็น PDF, PNG หรือภาพถ่ายของใบรับก็ได้ ไฟล์หนึ่งมีหลายรหัสก็ได้\n"
                "\n"
                "  --key ไฟล์   กุญแจสาธารณะ (ปกติตามไฟล์ค่าติดตั้ง)\n"
                "\n"
                "ผลการทำงาน (exit status): 0 ของแท้ทั้งหมด  1 ไม่ใช่หรือตรวจสอบไม่ได้\n"
                "2 ใช้คำสั่งไม่ถูกต้อง\n",
    .usage_en = "Usage: thanwela verify CODE|LINK|FILE... [--key PUBLIC] [--json]\n"
                "\n"
                "Checks a receipt's signature without asking anyone: the office's public key is\n"
                "enough. A file may be a PDF, a PNG or a photo of the receipt, and may hold\n"
                "several codes.\n"
                "\n"
                "  --key PUBLIC   the public key (else as configured)\n"
                "\n"
                "Exit status: 0 all genuine, 1 not genuine or not to be checked,\n"
                "2 used wrongly\n",
    .run = run,
};
