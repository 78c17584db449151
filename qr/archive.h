/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Files that hold files: ZIP, 7z and RAR, the Office formats that are ZIP inside, mails kept as
 * files, winmail.dat. Their PDFs and pictures are scanned by document_scan, each under its `member`
 * path; what holds no pages is passed over unread. Runs in the child only. */
#ifndef QR_ARCHIVE_H
#define QR_ARCHIVE_H

#include "qr/document.h"

enum {
    ARCHIVE_DEPTH_MAX = 3,                  /* archives inside an archive */
    ARCHIVE_MEMBERS_MAX = 5000,             /* entries walked in one archive */
    ARCHIVE_MEMBER_BYTES_MAX = 128 << 20,   /* one member, unpacked */
    ARCHIVE_UNPACKED_BYTES_MAX = 512 << 20, /* all members of the whole document, nested ones too */
    ARCHIVE_RATIO_MAX = 200,                /* unpacked to packed, beyond the free part */
    ARCHIVE_RATIO_FREE_BYTES = 64 << 20,    /* blank scans pack well: so much is never a bomb */
    ARCHIVE_NAME_BYTES_MAX = 1024,          /* of a member's path; the rest is cut */
    MAIL_FILE_PARTS_MAX = 500,              /* parts of a mail kept as a file */
    TNEF_FILES_MAX = 200,                   /* files in one winmail.dat */
};

void archive_warm_up(void);
bool archive_is(const uint8_t *p, size_t n, const char *name);
void archive_scan(struct arena *a, const struct document_job *job, struct document_verdict *out);

/* Old Office files and password-protected new ones: nothing in them is read, but their state is
 * named. */
bool ole_is(const uint8_t *p, size_t n, const char *name);
void ole_scan(struct arena *a, const struct document_job *job, struct document_verdict *out);

/* A mail kept as a file (.eml) inside an archive. mail/ reads mails properly; this only finds the
 * base64 parts, which is where PDFs and pictures are. */
bool mail_file_is(const uint8_t *p, size_t n, const char *name);
void mail_file_scan(struct arena *a, const struct document_job *job, struct document_verdict *out);

/* A winmail.dat that lies in an archive or was saved. */
bool tnef_is(const uint8_t *p, size_t n, const char *name);
void tnef_scan(struct arena *a, const struct document_job *job, struct document_verdict *out);

/* Scan one unpacked member and join its verdict into whole, "path: why". path: as the container
 * names it, any bytes. */
void member_scan(struct arena *a, const struct document_job *outer, const char *path,
                 const uint8_t *p, size_t n, struct document_verdict *whole);

/* The sentence of a member into the container's verdict: "path: why". */
void member_say(struct arena *a, struct document_verdict *whole, const char *path,
                enum scan_state state, const char *why);

/* A member's name as text: UTF-8, else windows-874 as Thai archivers write it; controls become
 * U+FFFD. */
char *member_name(struct arena *a, const char *bytes);

#endif
