/* SPDX-License-Identifier: AGPL-3.0-or-later
 * A raw mail → its headers and leaf parts. GMime finds the structure, we decode headers,
 * parameters, base64 and charsets ourselves (it loses Thai subjects). Runs in the sandboxed child;
 * the parent checks every frame, hashes what arrives, and never parses.
 *
 * Everything here was written by a stranger. Text is valid UTF-8 without controls. */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "base/arena.h"
#include "base/child.h"
#include "base/err.h"
#include <stdint.h>

enum {
    MAIL_HEADER_MAX = 256 << 10,  /* bytes of one header block */
    MAIL_DEPTH_MAX = 32,          /* multipart and message/rfc822 levels */
    MAIL_LEAVES_MAX = 500,        /* leaf parts */
    MAIL_BYTES_MAX = 100 << 20,   /* raw bytes */
    MAIL_NAME_MAX = 255,          /* bytes of a file name that is kept */
    MAIL_DECODED_MAX = 200 << 20, /* decoded bytes of all leaves: encoded messages count twice */
};

/* What is odd about a mail: shown to the officer, never a reason to lose it. */
enum mail_flag {
    MAIL_FLAG_FROM_MANY = 1 << 0, /* several From headers or mailboxes: the sender is not sure */
    MAIL_FLAG_FROM_BAD = 1 << 1,  /* no address that the grammar allows */
    MAIL_FLAG_SUBJECT_MANY = 1 << 2,
    MAIL_FLAG_UNDECODED = 1 << 3, /* a multipart without parts, or parts behind its end: one leaf */
    MAIL_FLAG_DEPTH = 1 << 4,     /* deeper than MAIL_DEPTH_MAX: the rest is one leaf */
    MAIL_FLAG_PARTS = 1 << 5,     /* more than MAIL_LEAVES_MAX: the rest is not listed */
    MAIL_FLAG_ENCODING = 1 << 6,  /* broken or unknown transfer encoding, bytes kept as they are */
    MAIL_FLAG_HEADER = 1 << 7,    /* header lines too long, too many or broken */
    MAIL_FLAG_ENCRYPTED = 1 << 8, /* S/MIME or PGP: content not readable */
    MAIL_FLAG_DATE_BAD = 1 << 9,  /* no Date, an unreadable one, or one in Buddhist years */
    MAIL_FLAG_END = 1 << 10,
};

/* "from-many" … for one flag; the words of `thanwela parse --json`. */
const char *mail_flag_name(enum mail_flag one);

struct mail_leaf {
    const char *type;      /* as labelled, lower case, "text/plain"; never trusted */
    const char *sniffed;   /* from the bytes: "application/pdf", or "application/octet-stream" */
    const char *filename;  /* decoded, no path, no control; NULL where none was given */
    const char *sent_name; /* the same with the path that the sender wrote; to show, never to use */
    uint64_t offset;       /* of the decoded bytes in mail.parts_fd */
    uint64_t size;         /* decoded bytes */
    uint8_t sha256[32];    /* of the decoded bytes, computed by the parent */
    bool attachment;       /* has a name, is marked attachment, or is no text and no multipart */
    uint32_t depth;        /* nested messages above it: 0 in the mail itself */
};

struct mail {
    const char *subject;     /* decoded; "" where none */
    const char *from;        /* all of the From header, decoded; to show; NULL where none */
    const char *from_addr;   /* "clerk@customs.go.th", domain in small letters; NULL where none, and
                                where there are several (MAIL_FLAG_FROM_MANY): never guessed */
    const char *from_name;   /* decoded display name; NULL where none */
    int64_t date_us;         /* the Date header, claimed; TIME_NONE where unreadable */
    const char *message_id;  /* with angle brackets, NULL where none */
    const char *in_reply_to; /* as sent, cleaned; NULL where none */
    const char *references;  /* as sent, cleaned; NULL where none */
    const char *return_path; /* NULL where none; "" for <> */
    const char **auth_results; /* each Authentication-Results value, topmost first */
    uint32_t n_auth_results;
    const char *sensitivity; /* the Sensitivity header, NULL where none */
    bool is_auto;   /* not to be answered: Auto-Submitted other than no, X-Autoreply, Precedence
                       bulk/junk/auto_reply, a null return path, postmaster */
    bool is_list;   /* List-Id, List-Unsubscribe, Precedence list */
    bool is_bounce; /* a report on another mail: multipart/report, mailer-daemon, postmaster with a
                       null return path. A null return path alone is none: documents come with it */
    uint32_t flags; /* enum mail_flag */
    uint32_t n_nested;        /* message/rfc822 parts opened */
    struct mail_leaf *leaves; /* in order */
    uint32_t n_leaves;
    const char *text; /* the first text/plain of the mail itself, at most 64 KiB; NULL where none */
    int parts_fd;     /* memfd with all decoded leaves, one after another; the caller closes it */
    uint8_t content_key[32]; /* SHA-256 over 'v1', Message-ID, Date, From, Subject and each leaf's
                                hash: the mail's identity, whatever trace headers say */
};

/* The zygote of this process for mails. Start it before secrets are opened. */
bool mail_zygote_start(struct zygote **out, struct err *err) MUST_CHECK;

/* Parse the raw mail in raw_fd (a memfd, sealed by this).
 * out  lives in a, but for parts_fd
 * err  REFUSE the child crashed, hung, flooded or was denied, or the mail is over MAIL_BYTES_MAX:
 *      the sentence says which; RETRY the zygote is gone */
bool mail_parse(struct arena *a, struct zygote *z, int raw_fd, struct mail *out,
                struct err *err) MUST_CHECK;

#endif
