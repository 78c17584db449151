/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela qr: a text as a code, on the terminal or in files. */
#include "cli/cli.h"
#include "cli/load.h"
#include "qr/draw.h"

#include <jansson.h>
#include <string.h>

extern const struct command command_qr;

enum { PNG_PX = 8 };
#define PDF_SIDE_MM 40.0

struct wish {
    const char *png, *svg, *pdf, *ecc;
};

static bool ecc_from(const char *name, enum qr_ecc *out)
{
    static const char letters[] = "LMQH";
    const char *at = name[0] && !name[1] ? strchr(letters, name[0]) : NULL;
    if (at)
        *out = (enum qr_ecc)(at - letters);
    return at != NULL;
}

static bool save_all(const struct qr_matrix *m, const struct wish *w, struct err *err)
{
    struct buf png CLEANUP(buf_fini) = {0}, svg CLEANUP(buf_fini) = {0},
                   pdf CLEANUP(buf_fini) = {0};
    qr_png(m, PNG_PX, &png);
    qr_svg(m, &svg);
    qr_pdf(m, PDF_SIDE_MM, &pdf);
    return (!w->png || file_save(w->png, &png, err)) && (!w->svg || file_save(w->svg, &svg, err)) &&
           (!w->pdf || file_save(w->pdf, &pdf, err));
}

static int print_json(const char *text, const struct wish *w, const struct qr_matrix *m)
{
    struct buf out CLEANUP(buf_fini) = {0};
    json_t *o = json_pack("{s:s, s:s, s:i, s:i}", "text", text, "ecc", w->ecc, "version",
                          (m->size - 17) / 4, "modules", m->size);
    char *line = json_dumps(o, JSON_COMPACT);
    buf_addf(&out, "%s\n", line);
    free(line);
    json_decref(o);
    return cli_print(&out);
}

static int run(struct cli *c, int argc, char **argv)
{
    struct wish w = {.ecc = "M"};
    const struct opt opts[] = {
        {"--png", OPT_TEXT, &w.png},
        {"--svg", OPT_TEXT, &w.svg},
        {"--pdf", OPT_TEXT, &w.pdf},
        {"--ecc", OPT_TEXT, &w.ecc},
    };
    struct err err = {0};
    struct qr_matrix m;
    enum qr_ecc ecc;
    if (!cli_options(&command_qr, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_qr, "%s",
                         tr(c, "ต้องมีข้อความหนึ่งข้อความ (ใส่เครื่องหมายคำพูดเมื่อมีวรรค)",
                            "give one text (in quotes where it has blanks)"));
    if (!ecc_from(w.ecc, &ecc))
        return cli_usage(&command_qr, "--ecc %s: %s", w.ecc,
                         tr(c, "ต้องเป็น L, M, Q หรือ H", "must be L, M, Q or H"));
    if (!qr_encode(c->a, argv[1], ecc, &m, &err) || !save_all(&m, &w, &err))
        return cli_fail(&err);
    if (c->json)
        return print_json(argv[1], &w, &m);
    if (w.png || w.svg || w.pdf)
        return EXIT_DONE;
    struct buf out CLEANUP(buf_fini) = {0};
    qr_terminal(&m, c->color, &out);
    return cli_print(&out);
}

const struct command command_qr = {
    .name = "qr",
    .summary_th = "วาดคิวอาร์โค้ดจากข้อความ",
    .summary_en = "draw a QR code",
    .usage_th = "วิธีใช้: thanwela qr ข้อความ [--png ไฟล์] [--svg ไฟล์] [--pdf ไฟล์] [--ecc ระดับ]\n"
                "\n"
                "วาดคิวอาร์โค้ดบนจอ หรือลงไฟล์ ทุกรหัสถูกอ่านกลับก่อนนำไปใช้\n"
                "\n"
                "  --png ไฟล์    ภาพ PNG (- คือ standard output)\n"
                "  --svg ไฟล์    ภาพเวกเตอร์ SVG\n"
                "  --pdf ไฟล์    PDF หนึ่งหน้า กว้าง 40 มม.\n"
                "  --ecc ระดับ   ระดับแก้ความผิดพลาด L, M (ปกติ), Q หรือ H\n"
                "\n"
                "ผลการทำงาน (exit status): 0 เรียบร้อย  1 วาดไม่ได้ เช่น ข้อความยาวเกินไป\n"
                "2 ใช้คำสั่งไม่ถูกต้อง\n",
    .usage_en = "Usage: thanwela qr TEXT [--png FILE] [--svg FILE] [--pdf FILE] [--ecc LEVEL]\n"
                "\n"
                "Draws a QR code on the terminal or in files. Every code is read back first.\n"
                "\n"
                "  --png FILE    a PNG picture (- is the standard output)\n"
                "  --svg FILE    a vector picture\n"
                "  --pdf FILE    a PDF of one page, 40 mm wide\n"
                "  --ecc LEVEL   error correction L, M (usual), Q or H\n"
                "\n"
                "Exit status: 0 done, 1 not to be drawn (too long), 2 used wrongly\n",
    .run = run,
};
