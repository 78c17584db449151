/* SPDX-License-Identifier: AGPL-3.0-or-later
 * TNEF by libytnef. See tnef.h. The library trusts lengths, so the chain of attributes is checked
 * to lie within the bytes before it sees them. */
#include "mail/tnef.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <ytnef.h>

enum {
    SIGNATURE_BYTES = 6, /* signature and key */
    ATTRIBUTE_BYTES = 9, /* level, id, length */
    CHECKSUM_BYTES = 2,
};

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool chain_is_whole(const uint8_t *p, size_t n)
{
    if (n < SIGNATURE_BYTES || le32(p) != 0x223E9F78)
        return false;
    size_t at = SIGNATURE_BYTES;
    while (n - at >= ATTRIBUTE_BYTES) {
        size_t length = le32(p + at + 5);
        if (p[at] != 1 && p[at] != 2)
            return false;
        if (length > n - at - ATTRIBUTE_BYTES || CHECKSUM_BYTES > n - at - ATTRIBUTE_BYTES - length)
            return false;
        at += ATTRIBUTE_BYTES + length + CHECKSUM_BYTES;
    }
    return at == n;
}

/* The long name in either width, else the short title. */
static variableLength *attachment_name(Attachment *file)
{
    static const DWORD tags[] = {PROP_TAG(PT_UNICODE, PR_ATTACH_LONG_FILENAME),
                                 PROP_TAG(PT_STRING8, PR_ATTACH_LONG_FILENAME),
                                 PROP_TAG(PT_UNICODE, PR_DISPLAY_NAME),
                                 PROP_TAG(PT_STRING8, PR_DISPLAY_NAME)};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        variableLength *name = MAPIFindProperty(&file->MAPI, tags[i]);
        if (name != MAPI_UNDEFINED && name->data && name->size > 0)
            return name;
    }
    return &file->Title;
}

static variableLength *attachment_data(Attachment *file)
{
    if (file->FileData.size > 0)
        return &file->FileData;
    variableLength *data = MAPIFindProperty(&file->MAPI, PROP_TAG(PT_BINARY, PR_ATTACH_DATA_OBJ));
    return data == MAPI_UNDEFINED ? &file->FileData : data;
}

static void tell(Attachment *file, tnef_file_fn *fn, void *user)
{
    char name[512] = "";
    const variableLength *title = attachment_name(file), *data = attachment_data(file);
    if (title->data && title->size > 0) {
        size_t n = strnlen((const char *)title->data, (size_t)title->size);
        n = n < sizeof name - 1 ? n : sizeof name - 1;
        memcpy(name, title->data, n);
        name[n] = 0;
    }
    if (data->data && data->size > 0)
        fn(user, name, data->data, (size_t)data->size);
}

bool tnef_files(const void *bytes, size_t n, tnef_file_fn *fn, void *user)
{
    if (n > INT_MAX || !chain_is_whole(bytes, n))
        return false;
    TNEFStruct tnef;
    TNEFInitialize(&tnef);
    tnef.Debug = 0;
    int status = TNEFParseMemory((BYTE *)(uintptr_t)bytes, (long)n, &tnef);
    int n_files = 0;
    for (Attachment *file = tnef.starting_attach.next; file && n_files < TNEF_FILES_MAX;
         file = file->next, n_files++)
        tell(file, fn, user);
    TNEFFree(&tnef);
    return status == 0;
}
