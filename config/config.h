/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /etc/thanwela/thanwela.conf: one table of options makes the parser, `thanwela config`, --help and
 * the man page. A misspelt option is named with its line and the nearest right one.
 *
 * Sections: [office] [database] [mailbox NAME]… [smtp] [receipt] [scan] [report] [line] [web]
 * [daemon]. Passwords and tokens are files (0600) or systemd credentials, never values. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include <stdint.h>

enum { CONFIG_MAILBOXES_MAX = 32, CONFIG_LIST_MAX = 64 };
enum {
    CONFIG_FILE_MAX = 256 * 1024, /* bytes of the file */
    CONFIG_LINE_MAX = 4096,       /* bytes of one line */
};

enum tls_mode { TLS_IMPLICIT, TLS_STARTTLS, TLS_NONE /* loopback, or allow_plain = yes */ };

struct string_list {
    const char *item[CONFIG_LIST_MAX];
    uint32_t n;
};

/* An option is named as its field, without the section's word: db_password_file is [database]
 * password_file, smtp_timeout_s is [smtp] timeout_s, scan_workers is [scan] workers. */
struct config_mailbox { /* [mailbox saraban] */
    const char *name;   /* of the section */
    const char *host;
    int port; /* 0: 993, or 143 with starttls and none */
    enum tls_mode tls;
    bool allow_plain;        /* tls = none to a host that is not loopback */
    const char *ca_file;     /* NULL: the system's trust */
    const char *verify_name; /* NULL: host */
    const char *login;
    const char *password_file; /* NULL with xoauth2 */
    const char *auth;          /* "auto", "login", "plain", "scram-sha-256", "xoauth2" */
    const char *token_file;    /* xoauth2: a file with the token, */
    const char *token_command; /* or a command that prints it */
    const char *folder;        /* INBOX, UTF-8 */
    const char *done_folder;   /* where registered mail is moved: "ลงทะเบียนแล้ว" */
    const char *aside_folder;  /* where mail that was set aside is moved */
    const char *body; /* "cabinet" or "parliament": whose next meeting judges unnamed mail */
    int poll_s;       /* at most so long between two looks at the folder */
    int timeout_s;    /* the longest wait for a silent server */
    int gap_s;        /* longer without a good poll is a gap that the report names */
};

struct config {
    const char *path;
    /* [office] */
    const char *office_name;      /* สำนักงานรัฐมนตรี กระทรวงการคลัง */
    const char *office_addr;      /* saraban@…: From of receipts */
    struct string_list own_addrs; /* further addresses of ours: never answered */
    const char *series;           /* of the register: "R" */
    const char *receipt_basis;    /* "entered" or "deemed" */
    const char *region;           /* regional holidays that count here, "" none */
    const char *authserv_id;      /* of our own mail server, "" none */
    /* [database] */
    const char *db_conninfo;
    const char *db_password_file;
    const char *db_migrate_conninfo; /* the owner's role, for `thanwela migrate` */
    const char *db_migrate_password_file;
    bool db_require_standby; /* no number without a synchronous standby */
    int db_timeout_s;        /* a server that is silent for so long counts as gone */
    /* [mailbox …] */
    struct config_mailbox mailbox[CONFIG_MAILBOXES_MAX];
    uint32_t n_mailboxes;
    /* [smtp] */
    const char *smtp_host;
    int smtp_port; /* 0: 465 implicit, 587 starttls, 25 none */
    enum tls_mode smtp_tls;
    bool smtp_allow_plain;
    const char *smtp_ca_file;
    const char *smtp_verify_name;
    const char *smtp_login; /* NULL: no AUTH */
    const char *smtp_password_file;
    int smtp_timeout_s;
    /* [receipt] */
    const char *base_url;        /* https://thanwela.example.go.th */
    const char *key_file;        /* secret signing key */
    const char *public_key_file; /* public keys, one a line */
    int daily_cap;               /* receipts to one address and day */
    /* [scan] */
    bool more_formats;
    int scan_workers; /* 0: one for each core but one, at least one */
    /* [report] */
    struct string_list readers; /* who gets the nightly report */
    int soon_days;              /* "ใกล้ครบกำหนด": working days */
    /* [line] */
    const char *line_mode; /* "off", "file", "real" */
    const char *line_endpoint;
    const char *line_ca_file; /* NULL: the system's trust */
    const char *line_token_file;
    const char *line_to; /* group id */
    const char *line_file;
    int line_timeout_s;
    /* [web] */
    const char *web_listen; /* "127.0.0.1:8080" */
    const char *web_metrics_listen;
    const char *web_cert_file, *web_key_file;
    const char *web_trusted_header; /* "" off */
    const char *web_trusted_proxy;  /* the address whose X-Forwarded headers count; "" none */
    /* [daemon] */
    struct string_list roles; /* mailbox scan deliver web */
    const char *log_level;
    const char *state_dir; /* notes between runs that may be lost; "" none */
    int lease_s;
};

/* Read the file: comments are lines that begin with # or ;, a list may stand on several lines of
 * the same option, a path without a leading slash begins at the file's own folder. Everything lives
 * in a.
 * err  RETRY no descriptor or memory left; FATAL not readable, or the first mistake:
 * "thanwela.conf:12: [mailbox saraban] pasword_file: no such option; did you mean password_file?" */
bool config_read(struct arena *a, const char *path, struct config *out, struct err *err) MUST_CHECK;

/* The same from bytes; path is what mistakes name. For tests and the fuzzer. */
bool config_parse(struct arena *a, const char *path, const char *text, size_t n, struct config *out,
                  struct err *err) MUST_CHECK;

/* Whether a role (mailbox, scan, deliver, web) has all that it needs: a host, a key, a mailbox.
 * config_read does not ask this, because `thanwela` needs no more than a database.
 * err  FATAL names the section and the option */
bool config_check_role(const struct config *c, const char *role, struct err *err) MUST_CHECK;
bool config_has_role(const struct config *c, const char *role);

/* The file that holds when -c is not given: $THANWELA_CONF, or /etc/thanwela/thanwela.conf. */
const char *config_default_path(void);

enum config_kind {
    CONFIG_TEXT,    /* const char * */
    CONFIG_PATH,    /* const char *, whole */
    CONFIG_SECRET,  /* const char *: a file's whole path, or a credential's name (no slash) */
    CONFIG_ADDRESS, /* const char *: mail address */
    CONFIG_URL,     /* const char *: http:// or https://, without a slash at its end */
    CONFIG_LISTEN,  /* const char *: ADDRESS:PORT */
    CONFIG_SERIES,  /* const char *: 1-8 capitals and digits, as the database and the token want it
                     */
    CONFIG_WORD,    /* const char *: one of .words */
    CONFIG_NUMBER,  /* int, min..max */
    CONFIG_YESNO,   /* bool */
    CONFIG_TLS,     /* enum tls_mode, one of .words */
    CONFIG_ADDRESSES, /* struct string_list */
    CONFIG_WORDS,     /* struct string_list, each one of .words */
    CONFIG_N_KINDS
};

/* One row of the table: `thanwela config`, the man page and the parser read nothing else. */
struct config_option {
    const char *section, *name;
    enum config_kind kind;
    const char *unit;          /* "s", "days"; NULL: none */
    const char *default_value; /* as it would be written; NULL: not set (the field is NULL or 0) */
    bool may_be_empty;         /* "" is a value although there is a default */
    const char *words;         /* CONFIG_WORD, _WORDS, _TLS: "auto login plain" */
    int min, max;              /* CONFIG_NUMBER */
    const char *needed_by;     /* roles that cannot run without it: "scan deliver"; NULL: none */
    const char *text_th, *text_en; /* one sentence or two */
    const char *example;           /* for the sample file where there is no default */
    size_t offset;                 /* in struct config, of [mailbox] in struct config_mailbox */
};
const struct config_option *config_options(size_t *n_out);

/* "1-65535 s", "auto, login or plain"; "" where anything goes. */
char *config_range(struct arena *a, const struct config_option *o);

/* What `thanwela config` prints: each option with kind, default, range and text; the values that
 * hold; the sample file; the man page (roff). Secrets are shown as the name of their file only. */
void config_write_options(bool english, struct buf *out);
void config_write_values(const struct config *c, struct buf *out);
void config_write_sample(struct buf *out);
void config_write_man(bool english, struct buf *out);

#endif
