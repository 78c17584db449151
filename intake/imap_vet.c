/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The gate before libetpan's parser. See imap_vet.h. */
#include "intake/imap_vet.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void vet_status(struct imap_vet *v, char *text);
static bool vet_data(struct imap_vet *v, const char *line, struct err *err);
static void vet_continuation(struct imap_vet *v, char *text);
static void note_news(struct imap_vet *v, const char *word);

void imap_vet_init(struct imap_vet *v)
{
    *v = (struct imap_vet){.literal_max = IMAP_LITERAL_MAX};
}

/* Between two words libetpan skips as many as there are, so that the gate has to. */
static const char blanks[] = " \t";

static char *skip_blanks(char *text)
{
    return text + strspn(text, blanks);
}

/* "OK", "NO", "BAD", "PREAUTH", "BYE" at text: what stands behind it, else NULL. */
static char *after_status(char *text)
{
    static const char *const words[] = {"OK", "NO", "BAD", "PREAUTH", "BYE"};
    size_t n = strcspn(text, blanks);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (n == strlen(words[i]) && strncasecmp(text, words[i], n) == 0)
            return skip_blanks(text + n);
    return NULL;
}

bool imap_vet_line(struct imap_vet *v, char *line, struct err *err)
{
    v->literal = 0;
    v->is_bare = false;
    if (v->inside)
        return vet_data(v, line, err);
    v->depth = 0;
    if (*line == '+') {
        vet_continuation(v, skip_blanks(line + 1));
        return true;
    }
    char *word = strpbrk(line, blanks);
    if (!word)
        return err_set(err, ERR_RETRY, "the server sent a line that is no IMAP response");
    word = skip_blanks(word);
    char *status = after_status(word);
    bool untagged = line[0] == '*' && strchr(blanks, line[1]);
    if (untagged && status && strncasecmp(word, "BYE", 3) == 0 && !v->may_end)
        return err_set(err, ERR_RETRY, "the server ends the connection: %.200s", status);
    if (status) {
        vet_status(v, status);
        return true;
    }
    if (!untagged)
        return err_set(err, ERR_RETRY, "the server sent a line that is no IMAP response");
    note_news(v, word);
    return vet_data(v, line, err);
}

/* The response codes that we use, and the letters that may stand behind the name. */
static bool is_wanted_code(const char *code, size_t n)
{
    static const struct {
        const char *name, *letters;
    } codes[] = {
        {"UIDVALIDITY ", "0123456789"},
        {"COPYUID ", "0123456789:, "},
        {"READ-ONLY", ""},
        {"READ-WRITE", ""},
    };
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        size_t k = strlen(codes[i].name);
        if (n >= k && strncasecmp(code, codes[i].name, k) == 0)
            return strspn(code + k, codes[i].letters) == n - k;
    }
    return false;
}

/* Every bracket goes, not only the first: libetpan skips blanks and would find the next one. */
static void vet_status(struct imap_vet *v, char *text)
{
    v->is_bare = *text == 0;
    if (*text != '[')
        return;
    size_t n = strcspn(text + 1, "]");
    if (text[n + 1] == ']' && is_wanted_code(text + 1, n)) {
        v->is_bare = text[n + 2] == 0;
        return;
    }
    for (; *text; text++)
        if (*text == '[' || *text == ']')
            *text = ' ';
}

/* The same text, and none is asked for. */
static void vet_continuation(struct imap_vet *v, char *text)
{
    vet_status(v, text);
    v->is_bare = false;
}

/* The number in a "{number}" at the end of the line. */
static bool literal_at_end(const char *line, uint64_t *out)
{
    size_t n = strlen(line);
    if (n < 3 || line[n - 1] != '}')
        return false;
    const char *p = line + n - 2;
    while (p > line && isdigit((unsigned char)*p))
        p--;
    if (*p != '{' || p == line + n - 2)
        return false;
    *out = strtoull(p + 1, NULL, 10); /* stays at its highest value when it overflows */
    return true;
}

/* Depth outside quoted strings; a quoted string ends on its line. */
static bool vet_data(struct imap_vet *v, const char *line, struct err *err)
{
    bool quoted = false;
    for (const char *p = line; *p; p++) {
        if (quoted && *p == '\\' && p[1])
            p++;
        else if (*p == '"')
            quoted = !quoted;
        else if (!quoted)
            v->depth += (*p == '(') - (*p == ')');
        if (v->depth > IMAP_DEPTH_MAX)
            return err_set(err, ERR_RETRY, "the server nests a response deeper than %d",
                           IMAP_DEPTH_MAX);
    }
    if (quoted)
        return err_set(err, ERR_RETRY, "the server sent a quoted string that does not close");
    uint64_t size = 0;
    v->inside = literal_at_end(line, &size);
    if (v->inside && size > v->literal_max)
        return err_set(err, ERR_RETRY, "the server announces %llu bytes where %llu are the limit",
                       (unsigned long long)size, (unsigned long long)v->literal_max);
    v->literal = size;
    return true;
}

static void note_news(struct imap_vet *v, const char *word)
{
    while (isdigit((unsigned char)*word))
        word++;
    if (strcasecmp(word, " EXISTS") == 0)
        v->n_exists++;
    else if (strcasecmp(word, " EXPUNGE") == 0 || strncasecmp(word, "VANISHED ", 9) == 0)
        v->n_gone++;
}
