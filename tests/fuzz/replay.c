/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Runs a fuzz target once over every file of the folders it is given: what the fuzzer has found,
 * and the shapes that it started from, stay tests. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { INPUT_MAX = 16 << 20 };

static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(INPUT_MAX);
    if (!f || !bytes) {
        perror(path);
        exit(1);
    }
    size_t n = fread(bytes, 1, INPUT_MAX, f);
    fclose(f);
    uint8_t *exact = malloc(n ? n : 1); /* so that a sanitizer sees the byte past the end */
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
    DIR *folder = opendir(path);
    int n = 0;
    if (!folder) {
        perror(path);
        exit(1);
    }
    for (struct dirent *e; (e = readdir(folder));) {
        char file[4096];
        if (e->d_name[0] == '.')
            continue;
        snprintf(file, sizeof file, "%s/%s", path, e->d_name);
        n += run_file(file);
    }
    closedir(folder);
    return n;
}

int main(int argc, char **argv)
{
    int n = 0;
    for (int i = 1; i < argc; i++)
        n += run_folder(argv[i]);
    printf("%d inputs\n", n);
    return n > 0 ? 0 : 1;
}
