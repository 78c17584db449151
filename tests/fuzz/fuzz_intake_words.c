/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Our own small parsers of what a server says: its lines, its capabilities, its SCRAM messages; and
 * folder names. */
#include "base/thai.h"
#include "intake/imap_login.h"
#include "intake/imap_vet.h"
#include "intake/scram.h"
#include "intake/utf7.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void vet_lines(char *text)
{
    struct imap_vet v;
    imap_vet_init(&v);
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line;
         line = strtok_r(NULL, "\n", &save)) {
        if (!imap_vet_line(&v, line, NULL))
            return;
        if (v.depth > IMAP_DEPTH_MAX || v.literal > v.literal_max)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    char *text = arena_strndup(a, (const char *)data, n), *out = NULL;
    struct imap_caps caps = {0};
    struct scram s;
    imap_caps_add(&caps, text);
    scram_first(&s, a, "user", "pencil", "rOprNGfwEbeRWgbNEkqO");
    if (!strstr(text, "i=") || strlen(strstr(text, "i=")) < 8) /* many rounds are only slow */
        (void)!scram_final(&s, text, &out, NULL);
    (void)!scram_verify(&s, text, NULL);
    if (utf7_encode(a, text, &out, NULL) && !utf8_valid(text, strlen(text)))
        abort();
    vet_lines(text);
    return 0;
}
