/* SPDX-License-Identifier: AGPL-3.0-or-later
 * CSV, read and written. See csv.h. */
#include "cli/csv.h"

#include "base/thai.h"
#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <string.h>
#include <unistd.h>

struct cursor {
    struct arena *a;
    const char *p, *end;
    int line;
};

struct line {
    const char *cell[CSV_COLUMNS_MAX + 1];
    size_t n;
    int number;
};

/* ---------------------------------------------------------------- bytes to lines */

static const char *quoted(struct cursor *c, struct err *err)
{
    struct buf text CLEANUP(buf_fini) = {0};
    int opened = c->line;
    for (c->p++; c->p < c->end; c->p++) {
        if (*c->p == '"' && c->p + 1 < c->end && c->p[1] == '"')
            c->p++;
        else if (*c->p == '"') {
            c->p++;
            return arena_strdup(c->a, buf_str(&text));
        }
        c->line += *c->p == '\n';
        buf_addc(&text, *c->p);
    }
    err_set(err, ERR_REFUSE, "line %d: a quote is opened and never closed", opened);
    return NULL;
}

static const char *bare(struct cursor *c)
{
    const char *start = c->p;
    while (c->p < c->end && *c->p != ',' && *c->p != '\n' && *c->p != '\r')
        c->p++;
    const char *stop = c->p;
    while (start < stop && (*start == ' ' || *start == '\t'))
        start++;
    while (stop > start && (stop[-1] == ' ' || stop[-1] == '\t'))
        stop--;
    return arena_strndup(c->a, start, (size_t)(stop - start));
}

static bool take_cell(struct cursor *c, struct line *out, struct err *err)
{
    const char *text = c->p < c->end && *c->p == '"' ? quoted(c, err) : bare(c);
    if (!text)
        return false;
    if (out->n >= CSV_COLUMNS_MAX)
        return err_set(err, ERR_REFUSE, "line %d: more than %d columns", out->number,
                       CSV_COLUMNS_MAX);
    if (*text == '\'' && csv_is_formula(text + 1))
        text++;
    out->cell[out->n++] = text;
    return true;
}

/* One line of cells. At the file's end: n = 0. */
static bool take_line(struct cursor *c, struct line *out, struct err *err)
{
    *out = (struct line){.number = c->line};
    if (c->p >= c->end)
        return true;
    for (;;) {
        if (!take_cell(c, out, err))
            return false;
        if (c->p >= c->end || *c->p == '\r' || *c->p == '\n')
            break;
        if (*c->p != ',')
            return err_set(err, ERR_REFUSE, "line %d: a comma must follow a quoted cell",
                           out->number);
        c->p++;
    }
    if (c->p < c->end && *c->p == '\r')
        c->p++;
    if (c->p < c->end && *c->p == '\n')
        c->p++;
    c->line++;
    return true;
}

static bool is_blank(const struct line *l)
{
    for (size_t i = 0; i < l->n; i++)
        if (*l->cell[i])
            return false;
    return true;
}

/* ---------------------------------------------------------------- names of columns */

/* Is word one of the words of "name|name_th"? */
static bool names(const char *alternatives, const char *word)
{
    size_t n = strlen(word);
    for (const char *p = alternatives; *p; p += strcspn(p, "|"), p += *p == '|')
        if (strcspn(p, "|") == n && strncasecmp(p, word, n) == 0)
            return true;
    return false;
}

static int column_of(const struct csv *t, const char *word)
{
    for (size_t i = 0; i < t->n_columns; i++)
        if (names(t->columns[i], word))
            return (int)i;
    return -1;
}

struct header {
    int of[CSV_COLUMNS_MAX]; /* file's column → ours */
    size_t n;                /* 0: not read yet */
    int line;
};

/* The first word that is no name of a column; NULL: all are. */
static const char *read_header(const struct csv *t, const struct line *l, struct header *h)
{
    for (size_t i = 0; i < l->n; i++) {
        const char *word = l->cell[i];
        if (i == 0)
            word += strspn(word, "# ");
        h->of[i] = column_of(t, word);
        if (h->of[i] < 0)
            return word;
    }
    h->n = l->n;
    h->line = l->number;
    return NULL;
}

static bool refuse_header(const struct csv *t, const char *word, int line, struct err *err)
{
    struct buf known CLEANUP(buf_fini) = {0};
    for (size_t i = 0; i < t->n_columns; i++)
        buf_addf(&known, "%s%.*s", i ? "," : "", (int)strcspn(t->columns[i], "|"), t->columns[i]);
    return err_set(err, ERR_REFUSE, "line %d: %s is no column; the first line must name them: %s",
                   line, word, buf_str(&known));
}

/* ---------------------------------------------------------------- the table */

static bool add_row(struct arena *a, struct csv *t, const struct header *h, const struct line *l,
                    int *cap, struct err *err)
{
    if (l->n > h->n)
        return err_set(err, ERR_REFUSE, "line %d: %zu cells, but %zu columns are named", l->number,
                       l->n, h->n);
    if (t->n >= CSV_ROWS_MAX)
        return err_set(err, ERR_REFUSE, "line %d: more than %d rows", l->number, CSV_ROWS_MAX);
    if (t->n == *cap) {
        *cap = *cap ? 2 * *cap : 256;
        struct csv_row *more = arena_array(a, (size_t)*cap, sizeof *more);
        if (t->n)
            memcpy(more, t->row, (size_t)t->n * sizeof *more);
        t->row = more;
    }
    const char **cell = arena_array(a, t->n_columns, sizeof *cell);
    for (size_t i = 0; i < t->n_columns; i++)
        cell[i] = "";
    for (size_t i = 0; i < l->n; i++)
        cell[h->of[i]] = l->cell[i];
    t->row[t->n++] = (struct csv_row){.line = l->number, .cell = cell};
    return true;
}

/* A remark may be the line of names; else it is passed over, whatever is in it. */
static void take_remark(struct cursor *c, const struct csv *t, struct header *h)
{
    const char *stop = memchr(c->p, '\n', (size_t)(c->end - c->p));
    stop = stop ? stop + 1 : c->end;
    struct cursor one = {.a = c->a, .p = c->p, .end = stop, .line = c->line};
    struct line l;
    if (!h->n && take_line(&one, &l, NULL))
        (void)read_header(t, &l, h);
    c->p = stop;
    c->line++;
}

bool csv_read(struct arena *a, const char *bytes, size_t n, const char *const *columns,
              size_t n_columns, struct csv *out, struct err *err)
{
    struct csv t = {.columns = columns, .n_columns = n_columns};
    struct header h = {.n = 0};
    struct cursor c = {.a = a, .p = bytes, .end = bytes + n, .line = 1};
    int cap = 0;
    if (n > CSV_BYTES_MAX)
        return err_set(err, ERR_REFUSE, "the file is larger than %d MiB", CSV_BYTES_MAX >> 20);
    if (n >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
        c.p += 3;
    while (c.p < c.end) {
        struct line l;
        if (*c.p == '#') {
            take_remark(&c, &t, &h);
            continue;
        }
        if (!take_line(&c, &l, err))
            return false;
        if (is_blank(&l))
            continue;
        const char *odd = h.n ? NULL : read_header(&t, &l, &h);
        if (odd)
            return refuse_header(&t, odd, l.number, err);
        if (l.number != h.line && !add_row(a, &t, &h, &l, &cap, err))
            return false;
    }
    if (!h.n)
        return err_set(err, ERR_REFUSE, "the file has no line that names its columns");
    *out = t;
    return true;
}

const char *csv_get(const struct csv *t, const struct csv_row *row, const char *column)
{
    int i = column_of(t, column);
    return i < 0 ? "" : row->cell[i];
}

/* ---------------------------------------------------------------- files */

static bool read_all(int fd, const char *path, struct buf *out, struct err *err)
{
    char piece[1 << 16];
    for (ssize_t n; (n = read(fd, piece, sizeof piece)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_set(err, ERR_FATAL, "%s: %s", path, strerror(errno));
        buf_add(out, piece, (size_t)n);
        if (out->len > CSV_BYTES_MAX)
            return err_set(err, ERR_REFUSE, "%s: larger than %d MiB", path, CSV_BYTES_MAX >> 20);
    }
    return true;
}

/* Thai spreadsheets on Windows save in their own charset. */
static char *from_windows_874(struct arena *a, const struct buf *bytes, size_t *n_out)
{
    size_t left = bytes->len, room = 3 * bytes->len + 4;
    char *text = arena_alloc(a, room + 1), *to = text, *from = bytes->data;
    iconv_t cd = iconv_open("UTF-8", "WINDOWS-874");
    while (cd != (iconv_t)-1 && left > 0) {
        if (iconv(cd, &from, &left, &to, &room) != (size_t)-1)
            break;
        memcpy(to, "\xEF\xBF\xBD", 3); /* a byte that the charset lacks */
        to += 3;
        room -= 3;
        from++;
        left--;
    }
    if (cd != (iconv_t)-1)
        iconv_close(cd);
    *n_out = (size_t)(to - text);
    return text;
}

bool file_text(struct arena *a, const char *path, char **text_out, size_t *n_out, struct err *err)
{
    struct buf bytes CLEANUP(buf_fini) = {0};
    bool is_stdin = strcmp(path, "-") == 0;
    int fd CLEANUP(fd_closep) = is_stdin ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_FATAL, "%s: %s", path, strerror(errno));
    if (!read_all(fd, path, &bytes, err))
        return false;
    if (memchr(buf_str(&bytes), 0, bytes.len))
        return err_set(err, ERR_REFUSE, "%s: not a text file", path);
    if (utf8_valid(buf_str(&bytes), bytes.len)) {
        *text_out = arena_strndup(a, buf_str(&bytes), bytes.len);
        *n_out = bytes.len;
    } else {
        *text_out = from_windows_874(a, &bytes, n_out);
    }
    return true;
}
