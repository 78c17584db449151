/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Secrets: first line of a file that nobody else can read, or a credential of systemd. */
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/thanwela-secret-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) && snprintf(path, sizeof path, "%s/s", folder) > 0 ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_secret(const char *text, size_t n, mode_t mode)
{
    unlink(path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    fclose(f);
    assert_int_equal(chmod(path, mode), 0);
}

static void the_first_line_counts(void **state)
{
    static const char *const texts[] = {"hunter2", "hunter2\n", "hunter2\r\n", "hunter2\nmore\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct err err = {0};
        char *secret = NULL;
        write_secret(texts[i], strlen(texts[i]), 0600);
        assert_true(secret_read(a, path, &secret, &err));
        assert_string_equal(secret, "hunter2");
    }
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0644, 0660, 0610};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        struct err err = {0};
        char *secret;
        write_secret("x\n", 2, modes[i]);
        assert_false(secret_read(a, path, &secret, &err));
        assert_non_null(strstr(err.text, "can be read by others"));
        assert_non_null(strstr(err.text, "chmod 600"));
        assert_false(secret_path(a, path, &secret, &err));
    }
}

static void lines_are_bounded_and_not_empty(void **state)
{
    static char text[SECRET_MAX + 100];
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    char *secret;
    (void)state;
    memset(text, 'k', sizeof text);
    write_secret(text, SECRET_MAX, 0600);
    assert_true(secret_read(a, path, &secret, &err));
    assert_int_equal(strlen(secret), SECRET_MAX);
    write_secret(text, SECRET_MAX + 1, 0600);
    assert_false(secret_read(a, path, &secret, &err));
    assert_non_null(strstr(err.text, "longer than 8192 bytes"));
    assert_null(strstr(err.text, "kkk"));
    write_secret("\nx", 2, 0600);
    assert_false(secret_read(a, path, &secret, &err));
    assert_non_null(strstr(err.text, "its first line is empty"));
}

static void a_name_without_a_slash_is_a_credential(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    char *secret;
    (void)state;
    write_secret("x\n", 2, 0440); /* as systemd leaves them */
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_false(secret_read(a, "s", &secret, &err));
    assert_non_null(strstr(err.text, "a name without a slash is a systemd credential"));
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    assert_true(secret_read(a, "s", &secret, &err));
    assert_string_equal(secret, "x");
    assert_true(secret_path(a, "s", &secret, &err));
    assert_string_equal(secret, path);
    assert_true(secret_read(a, path, &secret, &err));
    unsetenv("CREDENTIALS_DIRECTORY");
}

/* Before the service's first start, and after a password was changed. */
static void root_has_the_file_behind_a_credential(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    char *secret;
    (void)state;
    write_secret("new\n", 4, 0600);
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_false(secret_read(a, "secret_s", &secret, &err));
    setenv("THANWELA_SECRETS", folder, 1);
    assert_true(secret_read(a, "secret_s", &secret, &err));
    assert_string_equal(secret, "new");
    assert_false(secret_read(a, "s", &secret, &err)); /* not one of the unit's names */
    write_secret("new\n", 4, 0640);
    assert_false(secret_read(a, "secret_s", &secret, &err));
    assert_non_null(strstr(err.text, "can be read by others"));
    setenv("CREDENTIALS_DIRECTORY", "/no/such", 1); /* the unit's own count there, alone */
    assert_false(secret_read(a, "secret_s", &secret, &err));
    assert_non_null(strstr(err.text, "/no/such/secret_s"));
    unsetenv("CREDENTIALS_DIRECTORY");
    unsetenv("THANWELA_SECRETS");
}

static void what_is_no_file_is_named(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct err err = {0};
    char *secret;
    (void)state;
    assert_false(secret_read(a, "/no/such", &secret, &err));
    assert_string_equal(err.text, "secret /no/such cannot be read: No such file or directory");
    assert_false(secret_read(a, folder, &secret, &err));
    assert_non_null(strstr(err.text, "is not a file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_counts),
        cmocka_unit_test(a_secret_that_others_can_read_is_refused),
        cmocka_unit_test(lines_are_bounded_and_not_empty),
        cmocka_unit_test(a_name_without_a_slash_is_a_credential),
        cmocka_unit_test(root_has_the_file_behind_a_credential),
        cmocka_unit_test(what_is_no_file_is_named),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
