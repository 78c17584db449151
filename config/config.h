/* SPDX-License-Identifier: AGPL-3.0-or-later
 * /etc/thanwela/thanwela.conf: one table of options makes the parser, `thanwela config`, --help and
 * the man page. A misspelt option is named with its line and the nearest right one.
 *
 * Sections: [office] [database] [mailbox NAME]… [smtp] [receipt] [scan] [report] [line] [web]
 * [daemon]. Passwords and tokens are files (0600) or systemd credentials, never values. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include <stdint.h>

enum { CONFIG_MAILBOXES_MAX = 32, CONFIG_LIST_MAX = 64 };

enum tls_mode { TLS_IMPLICIT, TLS_STARTTLS, TLS_NONE /* loopback, or allow_plain = yes */ };

struct string_list {
    const char *item[CONFIG_LIST_MAX];
    uint32_t n;
};

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
    const char *migrations_dir;
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
    const char *line_token_file;
    const char *line_to; /* group id */
    const char *line_file;
    /* [web] */
    const char *web_listen; /* "127.0.0.1:8080" */
    const char *web_metrics_listen;
    const char *web_cert_file, *web_key_file;
    const char *web_trusted_header; /* "" off */
    /* [daemon] */
    struct string_list roles; /* mailbox scan deliver web */
    const char *log_level;
    const char *state_dir; /* notes between runs that may be lost; "" none */
    int lease_s;
};

/* Read the file. Everything lives in a.
 * err  FATAL not readable, or the first mistake: "thanwela.conf:12: [mailbox saraban] pasword_file:
 * no such option; did you mean password_file?" */
bool config_read(struct arena *a, const char *path, struct config *out, struct err *err) MUST_CHECK;

/* The file that holds when -c is not given: $THANWELA_CONF, or /etc/thanwela/thanwela.conf. */
const char *config_default_path(void);

/* Every option: section, name, type, unit, default, range, text; for `thanwela config` and the man
 * page. */
struct config_option {
    const char *section, *name, *type, *unit, *default_value, *range, *text_th, *text_en;
};
const struct config_option *config_options(size_t *n_out);

/* A secret's first line, from a file or, where the path has no slash, a systemd credential of that
 * name. err  FATAL not readable, empty, or readable by others */
bool config_secret(struct arena *a, const char *path, char **out, struct err *err) MUST_CHECK;

#endif
