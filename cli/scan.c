/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela scan: the codes in files. No database and no configuration; each file is opened in a
 * child with nothing to lose, and forgotten before the next, so that ten thousand cost no more
 * memory than one. */
#include "qr/scan.h"
#include "base/thai.h"
#include "cli/cli.h"
#include "cli/load.h"
#include "qr/preview.h"
#include "report/scan_words.h"
#include <jansson.h>
#include <string.h>
#include <unistd.h>

extern const struct command command_scan;

enum { EXIT_UNREADABLE = 2 };

struct wish {
    bool more_formats;
    const char *boxes; /* picture to write, or NULL */
};

struct tally {
    int n_files, n_codes, n_unreadable;
};

static json_t *json_corners(const double corner[4][2])
{
    json_t *corners = json_array();
    for (int i = 0; i < 4; i++)
        json_array_append_new(corners, json_pack("[f, f]", corner[i][0], corner[i][1]));
    return corners;
}

static json_t *json_parts(const struct scan_code *c)
{
    json_t *missing = json_array(), *read = json_array();
    for (uint32_t i = 0; i < c->n_missing; i++)
        json_array_append_new(missing, json_integer(c->missing[i]));
    for (uint32_t i = 0; i < c->n_parts_read; i++)
        json_array_append_new(read, json_pack("{s:i, s:i, s:o}", "part", (int)c->parts[i].number,
                                              "page", (int)c->parts[i].page, "corners",
                                              json_corners(c->parts[i].corner)));
    return json_pack("{s:i, s:s, s:s, s:o, s:o}", "count", (int)c->n_parts, "state",
                     scan_join_name(c->join), "says", c->parts_say, "missing", missing, "read",
                     read);
}

static json_t *json_code(const struct scan_code *c)
{
    json_t *o =
        json_pack("{s:i, s:s, s:s, s:f, s:f, s:o}", "page", (int)c->page, "format", c->format,
                  "text", c->text, "x", c->x, "y", c->y, "corners", json_corners(c->corner));
    if (c->member)
        json_object_set_new(o, "member", json_string(c->member));
    if (c->join != JOIN_NONE)
        json_object_set_new(o, "parts", json_parts(c));
    return o;
}

static json_t *json_steps(const struct scan_result *r)
{
    json_t *steps = json_array();
    for (uint32_t i = 0; i < r->n_pages; i++)
        json_array_append_new(steps, json_string(r->pages[i].steps));
    return steps;
}

static void print_json(const char *path, const struct scan_result *r, struct buf *out)
{
    json_t *codes = json_array();
    for (uint32_t i = 0; i < r->n_codes; i++)
        json_array_append_new(codes, json_code(&r->codes[i]));
    json_t *o = json_pack("{s:s, s:s, s:s, s:i, s:o, s:o, s:{s:f, s:f, s:f, s:f}}", "file", path,
                          "state", scan_state_name(r->state), "type", r->type, "pages",
                          (int)r->n_pages, "codes", codes, "steps", json_steps(r), "cpu_ms", "all",
                          r->cpu_ms, "load", r->load_ms, "draw", r->draw_ms, "read", r->read_ms);
    if (!o) /* a file name that is not UTF-8 */
        o = json_pack("{s:s, s:s}", "file", "?", "state", scan_state_name(r->state));
    if (r->why)
        json_object_set_new(o, "why", json_string(r->why));
    char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(7));
    buf_adds(out, text);
    buf_addc(out, '\n');
    free(text);
    json_decref(o);
}

static const char *state_words(const struct cli *c, enum scan_state s)
{
    static const char *const words[SCAN_N_STATES][2] = {
        [SCAN_CODES] = {"พบรหัส", "codes"},
        [SCAN_NONE] = {"ไม่พบรหัส", "no code"},
        [SCAN_ENCRYPTED] = {"ไฟล์มีรหัสผ่าน อ่านไม่ได้", "needs a password"},
        [SCAN_DAMAGED] = {"ไฟล์เสียหาย", "damaged"},
        [SCAN_UNSUPPORTED] = {"ไม่ใช่ชนิดไฟล์ที่อ่านได้", "not a kind of file that is read"},
        [SCAN_LIMIT] = {"ใหญ่เกินกำหนด", "over a limit"},
    };
    return tr(c, words[s][0], words[s][1]);
}

static void print_code(const struct cli *c, struct arena *a, const struct scan_code *k,
                       struct buf *out)
{
    buf_addf(out, "  %s %u  %s  %s", tr(c, "หน้า", "page"), (unsigned)k->page, k->format,
             text_clean(a, k->text, strlen(k->text)));
    if (k->member)
        buf_addf(out, "  [%s]", text_clean(a, k->member, strlen(k->member)));
    if (k->join != JOIN_NONE)
        buf_addf(out, "  (%s)", c->english ? k->parts_say : scan_words(a, k->parts_say));
    buf_addc(out, '\n');
}

static void print_text(const struct cli *c, struct arena *a, const char *path,
                       const struct scan_result *r, struct buf *out)
{
    buf_addf(out, "%s: %s", text_clean(a, path, strlen(path)), state_words(c, r->state));
    if (r->n_codes)
        buf_addf(out, ": %u %s, %u %s", (unsigned)r->n_codes, tr(c, "รหัส", "codes"),
                 (unsigned)r->n_pages, tr(c, "หน้า", "pages"));
    if (r->why)
        buf_addf(out, " (%s)", r->why);
    buf_addc(out, '\n');
    for (uint32_t i = 0; i < r->n_codes; i++)
        print_code(c, a, &r->codes[i], out);
    for (uint32_t i = 0; r->state == SCAN_NONE && i < r->n_pages; i++)
        buf_addf(out, "  %s %u: %s\n", tr(c, "หน้า", "page"), (unsigned)i + 1,
                 c->english ? r->pages[i].steps : scan_steps_words(a, r->pages[i].steps));
}

static bool is_unreadable(enum scan_state s)
{
    return s != SCAN_CODES && s != SCAN_NONE;
}

/* The first page with a code, or the first: scanned once more for what was seen of it. */
static bool draw_boxes(struct arena *a, struct zygote *z, int fd, const struct wish *wish,
                       const struct scan_result *found, struct err *err)
{
    const struct scan_options options = {
        .more_formats = wish->more_formats,
        .preview_page = found->n_codes ? found->codes[0].page : 1,
    };
    struct scan_result again;
    if (!scan_document(a, z, fd, wish->boxes, &options, &again, err))
        return false;
    return preview_write(&again, wish->boxes, err);
}

static bool scan_file(struct cli *c, struct zygote *z, const char *path, const struct wish *wish,
                      struct tally *t)
{
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    CLEANUP(buf_fini)
    struct buf out = {0};
    CLEANUP(fd_closep)
    int fd = -1;
    const struct scan_options options = {.more_formats = wish->more_formats};
    struct scan_result r = {.state = SCAN_DAMAGED, .type = "application/octet-stream"};
    struct err err;
    if (!file_load(path, &fd, &err)) {
        r.why = arena_strdup(a, err.text);
    } else if (!scan_document(a, z, fd, path, &options, &r, &err)) {
        cli_fail(&err);
        return false;
    }
    t->n_files++;
    t->n_codes += (int)r.n_codes;
    t->n_unreadable += is_unreadable(r.state);
    if (c->json)
        print_json(path, &r, &out);
    else
        print_text(c, a, path, &r, &out);
    if (cli_print(&out) != EXIT_DONE)
        return false;
    if (wish->boxes && fd >= 0 && !draw_boxes(a, z, fd, wish, &r, &err)) {
        cli_fail(&err);
        return false;
    }
    return true;
}

static void show_progress(const struct cli *c, int i, int n, const char *path)
{
    if (n < 2 || !isatty(STDERR_FILENO) || isatty(STDOUT_FILENO))
        return;
    CLEANUP(arena_freep)
    struct arena *a = arena_new();
    const char *clean = text_clean(a, path, strlen(path));
    fprintf(stderr, "\r\033[K%d/%d %s", i, n,
            text_fit(a, clean, c->columns > 24 ? c->columns - 16 : 8));
}

static int run(struct cli *c, int argc, char **argv)
{
    struct wish wish = {0};
    const struct opt opts[] = {
        {"--more-formats", OPT_FLAG, &wish.more_formats},
        {"--boxes", OPT_TEXT, &wish.boxes},
    };
    if (!cli_options(&command_scan, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc < 2)
        return cli_usage(&command_scan, "%s",
                         tr(c, "ระบุไฟล์อย่างน้อยหนึ่งไฟล์", "name at least one file"));
    if (wish.boxes && argc > 2)
        return cli_usage(&command_scan, "%s",
                         tr(c, "--boxes ใช้ได้กับไฟล์เดียว", "--boxes takes one file"));
    struct err err;
    CLEANUP(zygote_stopp)
    struct zygote *z = NULL;
    if (!scan_zygote_start(&z, &err))
        return cli_fail(&err);
    struct tally t = {0};
    for (int i = 1; i < argc; i++) {
        show_progress(c, i, argc - 1, argv[i]);
        if (!scan_file(c, z, argv[i], &wish, &t))
            return EXIT_UNREADABLE;
    }
    if (argc > 2 && isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO))
        fprintf(stderr, "\r\033[K");
    return t.n_codes ? EXIT_DONE : t.n_unreadable ? EXIT_UNREADABLE : EXIT_FOUND;
}

const struct command command_scan = {
    .name = "scan",
    .summary_th = "อ่านรหัส QR ในไฟล์ PDF และภาพ",
    .summary_en = "read the QR codes in PDF and picture files",
    .usage_th = "วิธีใช้: thanwela scan ไฟล์... [--json] [--boxes ภาพ.png] [--more-formats]\n"
                "\n"
                "อ่านรหัส QR, Micro QR และ rMQR ทุกหน้าของไฟล์ PDF, PNG, JPEG, TIFF, WebP, GIF, BMP\n"
                "และ HEIC ทั้งที่อยู่ใน ZIP แฟ้ม Office และอีเมล ไม่ต้องมีฐานข้อมูลหรือแฟ้มตั้งค่า\n"
                "\n"
                "ข้อความที่แบ่งเป็นหลายรหัส (structured append) ต่อเป็นข้อความเดียวทั้งแฟ้ม\n"
                "ถ้าขาดส่วนใด จะบอกว่าขาดส่วนที่เท่าไร และใส่ … ไว้แทน\n"
                "\n"
                "  --json          พิมพ์หนึ่งบรรทัดต่อไฟล์ พร้อมตำแหน่งของทุกรหัส\n"
                "  --boxes ภาพ.png  ภาพของหน้าแรกที่มีรหัส พร้อมกรอบแดงรอบรหัส (ไฟล์เดียว)\n"
                "  --more-formats  อ่าน DataMatrix, Aztec และ PDF417 ด้วย\n"
                "\n"
                "ผลการทำงาน (exit status): 0 พบรหัส  1 ไม่พบ  2 อ่านไฟล์ไม่ได้\n",
    .usage_en = "Usage: thanwela scan FILE... [--json] [--boxes OUT.png] [--more-formats]\n"
                "\n"
                "Reads the QR, Micro QR and rMQR codes on all pages of PDF, PNG, JPEG, TIFF,\n"
                "WebP, GIF, BMP and HEIC files, and of those inside ZIP and Office files and\n"
                "mails. Needs neither a database nor a configuration.\n"
                "\n"
                "A message in several codes (structured append) is joined over all pages of its\n"
                "file. A part that is missing is named, and \"…\" stands in its place.\n"
                "\n"
                "  --json           one line a file, with the place of every code\n"
                "  --boxes OUT.png  what was seen of the first page with a code, the codes\n"
                "                   framed in red (one file)\n"
                "  --more-formats   read DataMatrix, Aztec and PDF417 too\n"
                "\n"
                "Exit status: 0 codes found, 1 none, 2 unreadable\n",
    .run = run,
};
