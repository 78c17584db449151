/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A fuzz target without a fuzzer: every file of the folders and files that are named, once. ctest
 * runs it, so that what a fuzzer once found stays found. */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INPUT_BYTES_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rbe");
    uint8_t *bytes = malloc(INPUT_BYTES_MAX);
    if (!f || !bytes) {
        fprintf(stderr, "%s cannot be read\n", path);
        exit(2);
    }
    size_t n = fread(bytes, 1, INPUT_BYTES_MAX, f);
    fclose(f);
    /* At its own size, so that a sanitizer sees a read beyond it. */
    uint8_t *exact = malloc(n ? n : 1);
    if (!exact)
        abort();
    memcpy(exact, bytes, n);
    free(bytes);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 1;
}

static int run_folder(const char *path)
{
    int n = 0;
    struct dirent **names;
    int found = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < found; i++) {
        char file[4096];
        if (names[i]->d_name[0] != '.') {
            snprintf(file, sizeof file, "%s/%s", path, names[i]->d_name);
            n += run_file(file);
        }
        free(names[i]);
    }
    if (found >= 0)
        free(names);
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;
    for (int i = 1; i < argc; i++) {
        struct stat st;
        bool folder = stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode);
        n += folder ? run_folder(argv[i]) : run_file(argv[i]);
    }
    printf("%d inputs\n", n);
    return n > 0 ? 0 : 1; /* a corpus that is not there is no success */
}
