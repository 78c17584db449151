/* SPDX-License-Identifier: AGPL-3.0-or-later
 * thanwela item add, item receipt: a document that came over the counter, and a receipt on paper.
 */
#include "cli/item.h"

#include "base/clock.h"
#include "cli/load.h"
#include "cli/verbs.h"
#include "db/by_hand.h"
#include "db/primary.h"
#include "mail/compose.h"
#include "mail/sniff.h"
#include "report/receipt_item.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---------------------------------------------------------------- add */

struct loaded {
    struct by_hand_file file[BY_HAND_FILES_MAX];
    int n;
};

static void loaded_fini(struct loaded *l)
{
    for (int i = 0; i < l->n; i++)
        close(l->file[i].fd);
}

static bool load(struct loaded *l, const char *path, struct err *err)
{
    char start[SNIFF_BYTES];
    struct stat st;
    struct by_hand_file *f = &l->file[l->n];
    const char *slash = strrchr(path, '/');
    if (!file_load(path, &f->fd, err))
        return false;
    l->n++;
    ssize_t n = pread(f->fd, start, sizeof start, 0);
    if (n < 0 || fstat(f->fd, &st) != 0)
        return err_set(err, ERR_RETRY, "%s: cannot be read", path);
    f->size_bytes = (uint64_t)st.st_size;
    f->filename = slash ? slash + 1 : path;
    f->type = sniff_type(start, (size_t)n);
    return true;
}

/* An instant as officials write it, or ISO; a day alone would be its first second. */
static bool read_instant(const char *text, int64_t *out, struct err *err)
{
    bool has_time;
    *out = TIME_NONE;
    if (!text)
        return true;
    if (!time_of(text, out, &has_time, err))
        return false;
    return has_time || err_set(err, ERR_REFUSE, "--entered-at %s: wants the time of day too", text);
}

static int say_number(struct cli *c, const struct registry_result *r)
{
    const char *no = arena_printf(c->a, "%" PRId64 "/%d", r->no, r->year);
    bool again = r->fate == REGISTRY_DUPLICATE;
    if (c->json)
        return item_print_json(
            json_pack("{s:s, s:b}", "register_no", no, "was_registered", (int)again));
    printf("%s: %s\n", no,
           again ? tr(c, "ลงทะเบียนไว้แล้ว", "was registered already")
                 : tr(c, "ลงทะเบียนแล้ว อ่านแฟ้มเสร็จแล้วออกใบรับได้ด้วย item receipt",
                      "registered; once its files are read, item receipt prints its receipt"));
    return EXIT_DONE;
}

static bool add(const struct config *config, struct db *db, const struct by_hand *h,
                struct registry_result *out, struct err *err)
{
    if (h->mail && !address_valid(h->mail))
        return err_set(err, ERR_REFUSE, "--mail %s: this is no address", h->mail);
    return (!config->db_require_standby || primary_has_standby(db, err)) &&
           by_hand_add(db, config->series, h, clock_now_us(), out, err);
}

int item_add_run(struct cli *c, int argc, char **argv)
{
    struct by_hand h = {.who = c->who};
    const char *at = NULL;
    struct loaded files CLEANUP(loaded_fini) = {0};
    struct registry_result done;
    struct err err = {0};
    const struct opt opts[] = {
        {"--subject", OPT_TEXT, &h.subject},     {"--agency", OPT_TEXT, &h.agency},
        {"--letter-no", OPT_TEXT, &h.letter_no}, {"--matter", OPT_TEXT, &h.matter},
        {"--mail", OPT_TEXT, &h.mail},           {"--why", OPT_TEXT, &h.why},
        {"--entered-at", OPT_TEXT, &at}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc < 2 || argc - 1 > BY_HAND_FILES_MAX || !h.subject || !h.agency)
        return cli_usage(&command_item, "add wants 1 to %d files, --subject and --agency",
                         BY_HAND_FILES_MAX);
    if (!read_instant(at, &h.entered_us, &err))
        return cli_fail(&err);
    for (int i = 1; i < argc; i++)
        if (!load(&files, argv[i], &err))
            return cli_fail(&err);
    h.file = files.file;
    h.n_files = (uint32_t)files.n;
    const struct config *config = cli_config(c);
    struct db *db = config ? cli_db(c) : NULL;
    if (!db)
        return EXIT_USAGE;
    return add(config, db, &h, &done, &err) ? say_number(c, &done) : cli_fail(&err);
}

/* ---------------------------------------------------------------- receipt */

static bool make(struct cli *c, const struct config *config, const char *number, struct buf *pdf,
                 struct err *err)
{
    int64_t now_us = clock_now_us();
    struct item_whole whole;
    struct queue_item i;
    struct judgement j;
    struct receipt r;
    if (!item_read(c->a, c->db, number, now_us, false, &whole, err) ||
        !queue_item_read(c->db, c->a, whole.row.id, &i, err))
        return false;
    if (*whole.row.cancelled_why)
        return err_set(err, ERR_REFUSE, "item %s: its number is cancelled", number);
    if (!i.token)
        return err_set(err, ERR_REFUSE,
                       "item %s: its files are still being read, try again in a moment", number);
    if (!judge_item(c->db, c->a, whole.row.id, now_us, &j, err))
        return false;
    receipt_of_item(c->a, config, &i, &j, i.token, &r);
    return receipt_pdf(&r, pdf, err);
}

int item_receipt_run(struct cli *c, int argc, char **argv)
{
    const char *path = NULL;
    struct buf pdf CLEANUP(buf_fini) = {0};
    struct err err = {0};
    const struct opt opts[] = {{"--pdf", OPT_TEXT, &path}};
    if (!cli_options(&command_item, &argc, argv, opts, ARRAY_LEN(opts)))
        return EXIT_USAGE;
    if (argc != 2)
        return cli_usage(&command_item, "receipt wants one number, as 12/2564");
    const struct config *config = cli_config(c);
    struct db *db = config ? cli_db(c) : NULL;
    if (!db)
        return EXIT_USAGE;
    if (!make(c, config, argv[1], &pdf, &err))
        return cli_fail(&err);
    if (!path) {
        char *name = arena_printf(c->a, "receipt-%s.pdf", argv[1]);
        *strchr(name, '/') = '-';
        path = name;
    }
    if (!file_save(path, &pdf, &err))
        return cli_fail(&err);
    if (c->json)
        return item_print_json(json_pack("{s:s, s:s}", "register_no", argv[1], "file", path));
    if (strcmp(path, "-") != 0)
        printf("%s\n", path);
    return EXIT_DONE;
}
