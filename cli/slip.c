/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela slip: the page that goes to an agency with a request. */
#include "db/slip.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/load.h"
#include "db/matter.h"
#include "qr/token.h"
#include "report/slip.h"

#include <jansson.h>
#include <string.h>

extern const struct command command_slip;

static const char *sign(struct cli *c, const struct config *config, const struct slip_matter *m,
                        int64_t now_us, struct err *err)
{
    struct signer *signer CLEANUP(signer_freep) = NULL;
    struct token t = {.kind = TOKEN_SLIP,
                      .year = (uint16_t)m->year,
                      .number = (uint64_t)m->no,
                      .entered_at_us = now_us};
    strncpy(t.series, config->series, TOKEN_SERIES_MAX);
    if (!signer_open(config->key_file, &signer, err))
        return NULL;
    return token_sign(c->a, signer, &t);
}

static bool make(struct cli *c, const struct config *config, const struct slip_matter *m,
                 struct slip *out, struct buf *pdf, struct err *err)
{
    int64_t now_us = clock_now_us();
    const char *token = sign(c, config, m, now_us, err);
    if (!token)
        return false;
    *out = (struct slip){.office_name = config->office_name,
                         .office_addr = config->office_addr,
                         .matter = m,
                         .made_at_us = now_us,
                         .url = token_url(c->a, config->base_url, TOKEN_SLIP, token),
                         .token = token};
    return slip_pdf(out, pdf, err);
}

static int say(const struct cli *c, const struct slip *s, const char *path)
{
    struct buf out CLEANUP(buf_fini) = {0};
    if (c->json) {
        json_t *o = json_pack("{s:i, s:i, s:s, s:s}", "no", s->matter->no, "year", s->matter->year,
                              "url", s->url, "file", path);
        char *text = json_dumps(o, JSON_COMPACT);
        buf_addf(&out, "%s\n", text);
        free(text);
        json_decref(o);
    } else if (strcmp(path, "-") != 0) {
        buf_addf(&out, "%s %d/%d: %s\n", tr(c, "ใบปะหน้าของเรื่องที่", "slip of matter"), s->matter->no,
                 s->matter->year, path);
    }
    return cli_print(&out);
}

static int run(struct cli *c, int argc, char **argv)
{
    const char *path = NULL;
    const struct opt opts[] = {{"--pdf", OPT_TEXT, &path}};
    int year, no;
    if (!cli_options(&command_slip, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2 || !matter_no_parse(argv[1], &year, &no))
        return cli_usage(&command_slip, "%s",
                         tr(c, "ระบุเลขที่เรื่องหนึ่งเรื่อง เช่น 12/2564", "give one matter, as 12/2564"));
    const struct config *config = cli_config(c);
    struct db *db = config ? cli_db(c) : NULL;
    if (!db)
        return EXIT_USAGE;
    struct err err = {0};
    struct slip_matter matter;
    struct slip slip;
    struct buf pdf CLEANUP(buf_fini) = {0};
    if (!path)
        path = arena_printf(c->a, "slip-%d-%d.pdf", no, year);
    if (!slip_gather(c->a, db, year, no, clock_now_us(), &matter, &err) ||
        !make(c, config, &matter, &slip, &pdf, &err) || !file_save(path, &pdf, &err))
        return cli_fail(&err);
    return say(c, &slip, path);
}

const struct command command_slip = {
    .name = "slip",
    .summary_th = "ออกใบปะหน้าที่ผูกเอกสารกับเรื่องด้วยคิวอาร์โค้ด",
    .summary_en = "a page whose code ties an answer to its matter",
    .usage_th = "วิธีใช้: thanwela slip เลขที่เรื่อง [--pdf ไฟล์] [--json]\n"
                "\n"
                "ออกใบปะหน้า (PDF) ส่งไปพร้อมหนังสือขอให้หน่วยงานตอบ เอกสารที่ส่งกลับมาพร้อม\n"
                "ใบนี้ จะถูกผูกกับเรื่องและกำหนดส่งโดยไม่ต้องพิมพ์อะไร\n"
                "\n"
                "  --pdf ไฟล์   ชื่อไฟล์ (ปกติ slip-12-2564.pdf; - คือ standard output)\n",
    .usage_en = "Usage: thanwela slip MATTER [--pdf FILE] [--json]\n"
                "\n"
                "Makes the page (PDF) that goes to an agency with a request. An answer that\n"
                "comes back with it is tied to its matter and deadline without typing.\n"
                "\n"
                "  --pdf FILE   its name (else slip-12-2564.pdf; - is the standard output)\n",
    .run = run,
};
