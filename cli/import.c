/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Importing, whole or not at all. See import.h. */
#include "cli/import.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct tally {
    const char *path;
    bool dry_run;
    int n[3]; /* by enum row_change */
    int n_bad;
    json_t *changes, *bad; /* of --json; else NULL */
    struct buf lines;      /* of the dry run */
};

static const struct {
    const char *sign, *word;
} changes[] = {
    [ROW_SAME] = {"=", "same"}, [ROW_ADDED] = {"+", "added"}, [ROW_CHANGED] = {"~", "changed"}};

static bool read_table(struct cli *c, const struct importer *im, const char *path, struct csv *out,
                       struct err *err)
{
    char *text;
    size_t n, length = strlen(path);
    if (!file_text(c->a, path, &text, &n, err))
        return false;
    size_t ending = im->other_ending ? strlen(im->other_ending) : 0;
    bool is_other =
        im->other_ending &&
        ((length > ending && strcasecmp(path + length - ending, im->other_ending) == 0) ||
         strncmp(text, "BEGIN:VCALENDAR", strlen("BEGIN:VCALENDAR")) == 0);
    bool ok = is_other ? im->other_read(c->a, text, n, out, err)
                       : csv_read(c->a, text, n, im->columns, im->n_columns, out, err);
    return ok || err_add(err, "%s", path);
}

static void bad_row(struct cli *c, struct tally *t, int line, const struct err *err)
{
    t->n_bad++;
    if (c->json)
        json_array_append_new(t->bad, json_pack("{s:i, s:s}", "line", line, "error", err->text));
    else
        fprintf(stderr, "%s:%d: %s\n", t->path, line, err->text);
}

static void good_row(struct cli *c, struct tally *t, int line, enum row_change change,
                     const char *said)
{
    t->n[change]++;
    if (change == ROW_SAME)
        return;
    if (c->json)
        json_array_append_new(t->changes, json_pack("{s:i, s:s, s:s}", "line", line, "change",
                                                    changes[change].word, "what", said));
    else if (t->dry_run)
        buf_addf(&t->lines, "%s %s\n", changes[change].sign, said);
}

/* Every row is tried, so that all mistakes are told at once. */
static bool put_rows(struct cli *c, const struct importer *im, void *user, const struct csv *table,
                     struct tally *t, struct err *err)
{
    for (int i = 0; i < table->n; i++) {
        struct err row_err = {0};
        enum row_change change = ROW_SAME;
        const char *said = "";
        if (im->put(c, user, table, &table->row[i], &change, &said, &row_err)) {
            good_row(c, t, table->row[i].line, change, said);
            continue;
        }
        if (row_err.kind != ERR_REFUSE) {
            *err = row_err;
            return err_add(err, "%s:%d", t->path, table->row[i].line);
        }
        bad_row(c, t, table->row[i].line, &row_err);
    }
    return true;
}

static int print_tally(struct cli *c, struct tally *t, bool committed)
{
    if (c->json) {
        json_t *root = json_pack("{s:s, s:b, s:b, s:i, s:i, s:i, s:O, s:O}", "file", t->path,
                                 "dry_run", t->dry_run, "committed", committed, "added",
                                 t->n[ROW_ADDED], "changed", t->n[ROW_CHANGED], "same",
                                 t->n[ROW_SAME], "changes", t->changes, "bad", t->bad);
        char *text CLEANUP(mem_freep) = json_dumps(root, JSON_INDENT(1));
        json_decref(root);
        buf_addf(&t->lines, "%s\n", text);
    } else if (t->n_bad) {
        fprintf(stderr, "%s: %s %d\n", t->path,
                tr(c, "ไม่ได้นำเข้าเลยสักแถว แถวที่ผิด:", "nothing was imported; bad rows:"), t->n_bad);
    } else {
        buf_addf(&t->lines, "%s: %s %d %s %d %s %d%s\n", t->path, tr(c, "เพิ่ม", "added"),
                 t->n[ROW_ADDED], tr(c, "แก้ไข", "changed"), t->n[ROW_CHANGED],
                 tr(c, "เหมือนเดิม", "as they were"), t->n[ROW_SAME],
                 !t->dry_run ? ""
                             : tr(c, " (ทดลอง ยังไม่ได้บันทึก)", " (dry run: nothing was written)"));
    }
    int status = cli_print(&t->lines);
    return t->n_bad ? EXIT_FOUND : status;
}

static int import_table(struct cli *c, const struct importer *im, void *user, struct csv *table,
                        struct tally *t)
{
    struct err err = {0};
    struct db *db CLEANUP(db_rollbackp) = cli_db(c);
    if (!db)
        return EXIT_USAGE;
    if (!db_begin(db, &err) || (im->begin && !im->begin(c, user, &err)) ||
        !put_rows(c, im, user, table, t, &err))
        return cli_fail(&err);
    bool wanted = !t->n_bad && !t->dry_run && t->n[ROW_ADDED] + t->n[ROW_CHANGED] > 0;
    if (!t->n_bad && im->end && !im->end(c, user, &err))
        return cli_fail(&err);
    if (wanted && !db_commit(db, &err))
        return cli_fail(&err);
    return print_tally(c, t, wanted);
}

int import_run(struct cli *c, const struct importer *im, void *user, const char *path, bool dry_run)
{
    struct csv table;
    struct err err = {0};
    struct tally t = {.path = path, .dry_run = dry_run};
    if (!read_table(c, im, path, &table, &err))
        return cli_fail(&err);
    t.changes = json_array();
    t.bad = json_array();
    int status = import_table(c, im, user, &table, &t);
    json_decref(t.changes);
    json_decref(t.bad);
    buf_fini(&t.lines);
    return status;
}
