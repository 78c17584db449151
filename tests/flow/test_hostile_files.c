/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files made to hurt a scanner (tests/data/hostile), one after the other through one zygote, an
 * honest one after each; and two hundred honest ones (tests/data/good). The slowest run only with
 * THANWELA_LONG=1. */
#include "base/buf.h"
#include "base/clock.h"
#include "qr/draw.h"
#include "qr/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT "HTTPS://EXAMPLE.GO.TH/R/1"

enum {
    CPU_MS_MAX = 20000,
#ifdef __SANITIZE_ADDRESS__
    WALL_MS_MAX = 30000, /* the sanitizer's own pages take time to go */
    NOTICES_MEMORY = 0,  /* and malloc is its own: too large looks like damaged */
#else
    WALL_MS_MAX = 20000,
    NOTICES_MEMORY = 1,
#endif
    HOSTILE_MIN = 60, /* files that must have run, or the generator is broken */
    HONEST = 200,
    HONEST_READ_MIN = 196, /* Pillow's worst JPEG may cost a code; a kill costs the test */
    MODULE_PX = 6,
};

struct world {
    struct zygote *z;
    struct buf png; /* the honest document between the others */
};

static int world_open(void **state)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct world *w = calloc(1, sizeof *w);
    struct qr_matrix m;
    struct err err = {0};
    if (!scan_zygote_start(&w->z, &err) || !qr_encode(a, TEXT, QR_ECC_M, &m, &err))
        fail_msg("%s", err.text);
    qr_png(&m, MODULE_PX, &w->png);
    *state = w;
    return 0;
}

static int world_close(void **state)
{
    struct world *w = *state;
    zygote_stop(w->z);
    buf_fini(&w->png);
    free(w);
    return 0;
}

static struct scan_result scan_fd(struct world *w, struct arena *a, int fd, const char *name)
{
    static const struct scan_options options = {0};
    struct scan_result result;
    struct err err = {0};
    if (!scan_document(a, w->z, fd, name, &options, &result, &err))
        fail_msg("%s: %s", name, err.text);
    return result;
}

static struct scan_result scan_file(struct world *w, struct arena *a, const char *path)
{
    struct stat st;
    int from CLEANUP(fd_closep) = open(path, O_RDONLY | O_CLOEXEC);
    int to CLEANUP(fd_closep) = child_memfd("document");
    assert_true(from >= 0 && fstat(from, &st) == 0);
    for (off_t at = 0; at < st.st_size;)
        assert_true(sendfile(to, from, &at, (size_t)(st.st_size - at)) > 0);
    return scan_fd(w, a, to, path);
}

static void the_next_document_is_read(struct world *w, struct arena *a)
{
    int fd CLEANUP(fd_closep) = child_memfd("honest");
    assert_int_equal(write(fd, w->png.data, w->png.len), w->png.len);
    struct scan_result r = scan_fd(w, a, fd, "honest.png");
    assert_int_equal(r.n_codes, 1);
    assert_string_equal(r.codes[0].text, TEXT);
}

static bool is_among(const char *word, const char *list)
{
    size_t n = strlen(word);
    for (const char *at = list; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strncmp(at, word, n) == 0 && (at[n] == 0 || at[n] == '|'))
            return true;
    return false;
}

/* Says which file and why, and goes on: one list is worth more than the first failure. */
static bool hostile_file_ends_well(struct world *w, const char *path, const char *states)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    int64_t start = clock_mono_ms();
    struct scan_result r = scan_file(w, a, path);
    int64_t wall_ms = clock_mono_ms() - start;
    const char *said = scan_state_name(r.state);
    if (!NOTICES_MEMORY && r.state == SCAN_DAMAGED && is_among("limit", states))
        said = "limit";
    bool ok = is_among(said, states) && wall_ms <= WALL_MS_MAX && r.cpu_ms <= CPU_MS_MAX;
    if (!ok)
        print_error("%s: %s after %lld ms (%s), where %s is right\n", path, said,
                    (long long)wall_ms, r.why ? r.why : "-", states);
    the_next_document_is_read(w, a);
    return ok;
}

static FILE *generator(const char *which, const char *folder)
{
    char command[1024];
    const char *wish = getenv("THANWELA_LONG") ? "--long" : "";
    snprintf(command, sizeof command, "python3 '%s/%s/make.py' '%s' %s", TESTS_DATA, which, folder,
             strcmp(which, "hostile") == 0 ? wish : "");
    FILE *f = popen(command, "re");
    assert_non_null(f);
    return f;
}

static void every_hostile_file_ends_in_time_with_the_right_verdict(void **state)
{
    struct world *w = *state;
    char line[256], name[128], states[64], path[1024];
    int n = 0, n_bad = 0;
    FILE *f = generator("hostile", PROGRAMS "/hostile");
    while (fgets(line, sizeof line, f)) {
        assert_int_equal(sscanf(line, "%127s %63s", name, states), 2);
        snprintf(path, sizeof path, "%s/hostile/%s", PROGRAMS, name);
        n_bad += !hostile_file_ends_well(w, path, states);
        unlink(path);
        n++;
    }
    assert_int_equal(pclose(f), 0);
    assert_int_equal(n_bad, 0);
    assert_true(n >= HOSTILE_MIN);
}

static void no_honest_document_is_killed(void **state)
{
    struct world *w = *state;
    char name[128], path[1024];
    int n = 0, n_read = 0;
    FILE *f = generator("good", PROGRAMS "/good");
    while (fscanf(f, "%127s", name) == 1) {
        struct arena *a CLEANUP(arena_freep) = arena_new();
        snprintf(path, sizeof path, "%s/good/%s", PROGRAMS, name);
        struct scan_result r = scan_file(w, a, path);
        if (r.state != SCAN_CODES && r.state != SCAN_NONE)
            fail_msg("%s: %s: %s", name, scan_state_name(r.state), r.why);
        n_read += r.n_codes == 1 && strcmp(r.codes[0].text, TEXT) == 0;
        unlink(path);
        n++;
    }
    assert_int_equal(pclose(f), 0);
    assert_int_equal(n, HONEST);
    assert_in_range(n_read, HONEST_READ_MIN, HONEST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_honest_document_is_killed),
        cmocka_unit_test(every_hostile_file_ends_in_time_with_the_right_verdict),
    };
    return cmocka_run_group_tests(tests, world_open, world_close);
}
