/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The mails of tests/data/mail come out as their manifest says: all of must and safe, 95 % of
 * should. */
#include "mail/mime_core.h"
#include "mail/mime_read.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct tier {
    const char *name;
    int n, right, least_percent;
};

static void to_reader(void *user, uint8_t type, const void *p, size_t n)
{
    if (!mime_reader_frame(user, type, p, n))
        fail_msg("frame %c of %zu bytes was refused", type, n);
}

static void parse_file(struct arena *a, const char *path, struct mail *out)
{
    struct err err = {0};
    int fd CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    struct mime_reader *reader CLEANUP(mime_reader_freep) = mime_reader_new(a);
    const struct mail_sink sink = {.send = to_reader, .user = reader};
    assert_true(fd >= 0);
    assert_true(mime_core(fd, &sink));
    if (!mime_reader_take(reader, out, &err))
        fail_msg("%s: %s", path, err.text);
}

static bool same_text(const char *what, const char *file, const char *got, const json_t *want)
{
    const char *text = json_string_value(want);
    if ((!got && !text) || (got && text && strcmp(got, text) == 0))
        return true;
    print_message("  %s: %s is [%s], wanted [%s]\n", file, what, got ? got : "-",
                  text ? text : "-");
    return false;
}

static bool same_leaf(const char *file, const struct mail_leaf *got, const json_t *want, bool safe)
{
    char hash[65];
    sodium_bin2hex(hash, sizeof hash, got->sha256, sizeof got->sha256);
    bool right = same_text("type", file, got->type, json_object_get(want, "type"));
    /* A name that the manifest leaves open is null in the tier that tests for no harm only. */
    if (!safe || !json_is_null(json_object_get(want, "filename")))
        right &= same_text("name", file, got->sent_name, json_object_get(want, "filename"));
    right &= same_text("sha256", file, hash, json_object_get(want, "sha256"));
    bool size = got->size == (uint64_t)json_integer_value(json_object_get(want, "size"));
    bool kind = got->attachment == json_is_true(json_object_get(want, "attachment"));
    if (!size || !kind)
        print_message("  %s: size %lu, attachment %d\n", file, (unsigned long)got->size,
                      got->attachment);
    return right && size && kind;
}

static bool has_leaves(const char *file, const struct mail *m, const json_t *want, bool safe)
{
    if (!json_is_array(want))
        return true;
    bool right = m->n_leaves == json_array_size(want);
    if (!right)
        print_message("  %s: %u leaves, wanted %zu\n", file, m->n_leaves, json_array_size(want));
    for (uint32_t i = 0; right && i < m->n_leaves; i++) {
        const json_t *leaf = json_array_get(want, i), *text = json_object_get(leaf, "text");
        right = same_leaf(file, &m->leaves[i], leaf, safe);
        if (text && m->text)
            right &= strncmp(m->text, json_string_value(text), json_string_length(text)) == 0;
    }
    return right;
}

static bool comes_out(const json_t *want)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct mail m;
    const char *file = json_string_value(json_object_get(want, "file"));
    bool safe = strcmp(json_string_value(json_object_get(want, "tier")), "safe") == 0;
    parse_file(a, arena_printf(a, "%s/mail/%s", TESTS_DATA, file), &m);
    const json_t *subject = json_object_get(want, "subject"),
                 *leaves = json_object_get(want, "leaves");
    bool right = json_is_null(subject) || same_text("subject", file, m.subject, subject);
    right &= has_leaves(file, &m, leaves, safe);
    bool nested_told = json_is_array(leaves);
    if (nested_told && m.n_nested != (uint32_t)json_integer_value(json_object_get(want, "nested")))
        right = same_text("nested", file, "another count", NULL);
    close(m.parts_fd);
    return right;
}

static void the_corpus_comes_out_as_its_manifest_says(void **state)
{
    struct tier tiers[] = {{"must", 0, 0, 100}, {"should", 0, 0, 95}, {"safe", 0, 0, 100}};
    json_error_t why;
    json_t *all = json_load_file(TESTS_DATA "/mail/manifest.json", 0, &why);
    (void)state;
    assert_true(json_array_size(all) >= 97);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *want = json_array_get(all, i);
        const char *tier = json_string_value(json_object_get(want, "tier"));
        bool right = comes_out(want);
        for (size_t t = 0; t < ARRAY_LEN(tiers); t++) {
            bool mine = strcmp(tiers[t].name, tier) == 0;
            tiers[t].n += mine;
            tiers[t].right += mine && right;
        }
    }
    json_decref(all);
    for (size_t t = 0; t < ARRAY_LEN(tiers); t++)
        print_message("%s: %d of %d\n", tiers[t].name, tiers[t].right, tiers[t].n);
    for (size_t t = 0; t < ARRAY_LEN(tiers); t++)
        assert_true(tiers[t].n > 0 && tiers[t].right * 100 >= tiers[t].n * tiers[t].least_percent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_corpus_comes_out_as_its_manifest_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
