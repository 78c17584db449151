/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela link: a code that opens an item's files, for the letter that goes on. The link is told
 * once; what is kept is its hash. */
#include "db/link.h"
#include "cli/listing.h"
#include "cli/load.h"
#include "cli/verbs.h"
#include "db/item.h"
#include "qr/draw.h"
#include "report/link_slip.h"

#include "base/clock.h"
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

extern const struct command command_link;

enum { PNG_PX = 8 };

struct wish {
    const char *png, *svg, *pdf, *files;
    int64_t days;
};

/* "1,3" → places; false: not that. */
static bool read_places(const char *text, int *out, int *n_out)
{
    *n_out = 0;
    while (*text) {
        char *end;
        long n = strtol(text, &end, 10);
        if (end == text || n < 1 || n > LINK_FILES_MAX || *n_out == LINK_FILES_MAX ||
            (*end && *end != ','))
            return false;
        out[(*n_out)++] = (int)n;
        text = end + (*end == ',');
    }
    return *n_out > 0;
}

static bool save_all(const struct wish *w, const struct link_slip *s, const struct qr_matrix *m,
                     struct err *err)
{
    struct buf png CLEANUP(buf_fini) = {0}, svg CLEANUP(buf_fini) = {0},
                   pdf CLEANUP(buf_fini) = {0};
    qr_png(m, PNG_PX, &png);
    qr_svg(m, &svg);
    return (!w->png || file_save(w->png, &png, err)) && (!w->svg || file_save(w->svg, &svg, err)) &&
           (!w->pdf || (link_slip_pdf(s, &pdf, err) && file_save(w->pdf, &pdf, err)));
}

static int say(struct cli *c, const struct link_slip *s, const struct qr_matrix *m)
{
    struct buf out CLEANUP(buf_fini) = {0};
    char iso[40];
    if (c->json) {
        json_t *o =
            json_pack("{s:s, s:s, s:s, s:i}", "item", s->register_no, "url", s->url, "expires_at",
                      time_format_iso(s->expires_us, iso), "files", s->n_files);
        char *text = json_dumps(o, JSON_COMPACT);
        buf_addf(&out, "%s\n", text);
        free(text);
        json_decref(o);
        return cli_print(&out);
    }
    qr_terminal(m, c->color, &out);
    buf_addf(&out, "%s\n", s->url);
    return cli_print(&out);
}

static bool make(struct cli *c, const struct config *config, const struct link_wish *w,
                 struct link_slip *out, int *id_out, struct err *err)
{
    struct item_whole whole;
    struct link_made made;
    if (!item_read(c->a, c->db, w->register_no, clock_now_us(), false, &whole, err))
        return false;
    *out = (struct link_slip){.office_name = config->office_name,
                              .register_no = whole.row.register_no,
                              .letter_no = whole.row.letter_no,
                              .made_us = clock_now_us(),
                              .n_files = w->n_seqs};
    for (int i = 0; i < whole.n_files && !w->seqs; i++)
        out->n_files += whole.files[i].is_attachment;
    if (!link_new(c->a, c->db, w, &made, err))
        return false;
    *id_out = made.id;
    out->expires_us = made.expires_us;
    out->url = link_url(c->a, config->base_url, made.token);
    return true;
}

/* Drawn and saved, or closed again: nobody was told of it, and nobody could. */
static bool draw(struct cli *c, const struct wish *w, const struct link_slip *s, int id,
                 struct qr_matrix *out, struct err *err)
{
    struct err second = {0};
    if (qr_encode(c->a, s->url, QR_ECC_M, out, err) && save_all(w, s, out, err))
        return true;
    if (!link_revoke(c->db, id, c->who, "not drawn", &second))
        return err_add(err, "link %d stays open (%s)", id, second.text);
    return false;
}

static int new_run(struct cli *c, int argc, char **argv)
{
    struct wish w = {.days = LINK_DAYS_DEFAULT};
    const struct opt opts[] = {{"--png", OPT_TEXT, &w.png},
                               {"--svg", OPT_TEXT, &w.svg},
                               {"--pdf", OPT_TEXT, &w.pdf},
                               {"--files", OPT_TEXT, &w.files},
                               {"--days", OPT_INT, &w.days}};
    int places[LINK_FILES_MAX], n = 0, id = 0;
    struct link_slip s;
    struct qr_matrix m;
    struct err err = {0};
    if (!cli_options(&command_link, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_link, "%s",
                         tr(c, "ระบุเลขรับหนึ่งเลข เช่น 12/2564", "give one number, as 12/2564"));
    if (w.files && !read_places(w.files, places, &n))
        return cli_usage(&command_link, "--files %s: %s", w.files,
                         tr(c, "ต้องเป็นลำดับแฟ้ม เช่น 1,3", "must be places of files, as 1,3"));
    const struct config *config = cli_config(c);
    if (!config || !cli_db(c))
        return EXIT_USAGE;
    const struct link_wish wish = {.register_no = argv[1],
                                   .seqs = w.files ? places : NULL,
                                   .n_seqs = n,
                                   .days = (int)(w.days > LINK_DAYS_MAX ? 0 : w.days),
                                   .who = c->who};
    if (!make(c, config, &wish, &s, &id, &err) || !draw(c, &w, &s, id, &m, &err))
        return cli_fail(&err);
    return say(c, &s, &m);
}

static int list_run(struct cli *c, int argc, char **argv)
{
    static const struct field fields[] = {{"id", "ที่", "No.", FIELD_ID, false, 0},
                                          {"files", "แฟ้ม", "Files", FIELD_NUMBER, false, 0},
                                          {"created_at", "สร้างเมื่อ", "Made", FIELD_TIME, false, 0},
                                          {"created_by", "โดย", "By", FIELD_TEXT, false, 0},
                                          {"expires_at", "ใช้ได้ถึง", "Until", FIELD_TIME, false, 0},
                                          {"uses", "ใช้แล้ว", "Uses", FIELD_NUMBER, false, 0},
                                          {"used_at", "ใช้ล่าสุด", "Last use", FIELD_TIME, false, 0},
                                          {"revoked_at", "เพิกถอน", "Revoked", FIELD_TIME, false, 0},
                                          {"revoked_why", "เหตุผล", "Why", FIELD_TEXT, true, 8}};
    struct links all;
    struct err err = {0};
    if (argc != 2)
        return cli_usage(&command_link, "%s",
                         tr(c, "list ต้องการเลขรับหนึ่งเลข", "list wants one number"));
    if (!cli_db(c))
        return EXIT_USAGE;
    if (!link_list(c->a, c->db, argv[1], &all, &err))
        return cli_fail(&err);
    struct listing *l = listing_new(c, "links", fields, ARRAY_LEN(fields));
    for (int i = 0; i < all.n; i++) {
        const struct link *k = &all.link[i];
        listing_number(l, k->id);
        listing_number(l, k->n_files);
        listing_time(l, k->created_us);
        listing_text(l, k->created_by);
        listing_time(l, k->expires_us);
        listing_number(l, k->n_uses);
        listing_time(l, k->used_us);
        listing_time(l, k->revoked_us);
        listing_text(l, k->revoked_why);
    }
    return listing_print(l, false);
}

static int revoke_run(struct cli *c, int argc, char **argv)
{
    const char *why = NULL;
    const struct opt opts[] = {{"--why", OPT_TEXT, &why}};
    struct err err = {0};
    if (!cli_options(&command_link, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    char *end = NULL;
    long id = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (id < 1 || id > INT_MAX || *end) /* "12/2564" is an item's: it must not close link 12 */
        return cli_usage(
            &command_link, "%s",
            tr(c, "revoke ต้องการที่ของลิงก์หนึ่งลิงก์", "revoke wants the number of one link"));
    if (!cli_db(c))
        return EXIT_USAGE;
    if (!link_revoke(c->db, (int)id, c->who, why, &err))
        return cli_fail(&err);
    printf("%s %ld\n", tr(c, "เพิกถอนลิงก์แล้ว", "revoked link"), id);
    return EXIT_DONE;
}

static int run(struct cli *c, int argc, char **argv)
{
    static const struct verb verbs[] = {{"list", list_run}, {"revoke", revoke_run}, {NULL, NULL}};
    for (const struct verb *v = verbs; v->name; v++)
        if (argc > 1 && strcmp(argv[1], v->name) == 0)
            return v->run(c, argc - 1, argv + 1);
    return new_run(c, argc, argv);
}

const struct command command_link = {
    .name = "link",
    .summary_th = "ลิงก์และคิวอาร์ที่เปิดแฟ้มของหนังสือ",
    .summary_en = "a QR that opens an item's files",
    .usage_th = "วิธีใช้\n"
                "  thanwela link เลขรับ [--days วัน] [--files 1,3] [--png|--svg|--pdf ไฟล์]\n"
                "  thanwela link list เลขรับ\n"
                "  thanwela link revoke ที่ --why เหตุผล\n"
                "\n"
                "สร้างลิงก์ที่เปิดแฟ้มได้โดยไม่ต้องเข้าสู่ระบบ ลิงก์แสดงครั้งเดียว ระบบเก็บเพียงค่าแฮช\n"
                "เรื่องลับไม่มีลิงก์\n"
                "\n"
                "  --days วัน     ใช้ได้กี่วัน (ปกติ 30)\n"
                "  --files 1,3   เฉพาะแฟ้มลำดับเหล่านี้ (ปกติทุกแฟ้มแนบ)\n"
                "  --pdf ไฟล์     ใบแนบหนึ่งหน้า  --png, --svg ไฟล์  ภาพคิวอาร์\n",
    .usage_en = "Usage\n"
                "  thanwela link ITEM [--days N] [--files 1,3] [--png|--svg|--pdf FILE]\n"
                "  thanwela link list ITEM\n"
                "  thanwela link revoke ID --why REASON\n"
                "\n"
                "Makes a link that opens the files without signing in. It is shown once; what\n"
                "is kept is its hash. Secret items have none.\n"
                "\n"
                "  --days N      for so many days (else 30)\n"
                "  --files 1,3   these files alone (else all that were attached)\n"
                "  --pdf FILE    a page for the letter; --png, --svg FILE  the code alone\n",
    .run = run,
};
