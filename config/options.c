/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The table of every option. A new one is a row here and a field in config.h; the parser, `thanwela
 * config`, the man page and the sample file follow by themselves. */
#include "config/config.h"

#include <stddef.h>

/* The field's offset, and a compile error where its type is not the kind's. */
#define AT(owner, field, field_type)                                                               \
    .offset = _Generic(((struct owner *)0)->field, field_type: offsetof(struct owner, field))
#define ITEM(owner, field, section_, name_, kind_, field_type)                                     \
    .section = section_, .name = name_, .kind = kind_, AT(owner, field, field_type)
#define TEXT(section, name, kind, field)                                                           \
    ITEM(config, field, section, name, CONFIG_##kind, const char *)
#define NUMBER(section, name, field, min_, max_)                                                   \
    ITEM(config, field, section, name, CONFIG_NUMBER, int), .min = min_, .max = max_
#define YESNO(section, name, field) ITEM(config, field, section, name, CONFIG_YESNO, bool)
#define TLS(section, name, field)                                                                  \
    ITEM(config, field, section, name, CONFIG_TLS, enum tls_mode), .words = "implicit starttls "   \
                                                                            "none"
#define LIST(section, name, kind, field)                                                           \
    ITEM(config, field, section, name, CONFIG_##kind, struct string_list)
#define BOX(name, kind, field)                                                                     \
    ITEM(config_mailbox, field, "mailbox", name, CONFIG_##kind, const char *)
#define BOX_NUMBER(name, field, min_, max_)                                                        \
    ITEM(config_mailbox, field, "mailbox", name, CONFIG_NUMBER, int), .min = min_, .max = max_
#define DEFAULT(text)   .default_value = text
#define SAY(th, en)     .text_th = th, .text_en = en
#define NEEDED_BY(text) .needed_by = text
#define EXAMPLE(text)   .example = text
#define WORDS(text)     .words = text
#define UNIT(text)      .unit = text

static const struct config_option options[] = {
    {TEXT("office", "name", TEXT, office_name), DEFAULT("สำนักงานรัฐมนตรี กระทรวงการคลัง"),
     SAY("ชื่อหน่วยงานบนใบรับและรายงาน", "The office's name on receipts and reports.")},
    {TEXT("office", "addr", ADDRESS, office_addr), NEEDED_BY("mailbox scan deliver"),
     EXAMPLE("saraban@minister.example.go.th"),
     SAY("ที่อยู่อีเมลของสำนักงาน ใช้เป็นผู้ส่งใบรับและรายงาน",
         "The office's address: From of receipts and reports.")},
    {LIST("office", "own_addrs", ADDRESSES, own_addrs),
     SAY("ที่อยู่อีเมลอื่นของสำนักงานเอง ระบบจะไม่ตอบที่อยู่เหล่านี้",
         "Further addresses of the office itself; they are never answered.")},
    {TEXT("office", "series", SERIES, series), DEFAULT("R"),
     SAY("ชุดทะเบียนรับ: ตัวพิมพ์ใหญ่และเลขอารบิก 1-8 ตัว ห้ามเปลี่ยนเมื่อออกเลขแล้ว",
         "The register's series: 1-8 capitals and digits; not to be changed once numbers are "
         "out.")},
    {TEXT("office", "receipt_basis", WORD, receipt_basis), WORDS("entered deemed"),
     DEFAULT("entered"),
     SAY("เวลารับที่ใช้ตัดสิน: entered คือเวลาที่อีเมลเข้าระบบ deemed คือเวลานั้นเลื่อนเข้าเวลาราชการ",
         "The time of receipt that decides: entered, when the mail came in; deemed, that time "
         "moved "
         "into office hours.")},
    {TEXT("office", "region", TEXT, region), DEFAULT(""),
     SAY("ภูมิภาคที่ใช้วันหยุดประจำภาค เว้นว่างคือไม่มี",
         "The region whose regional holidays count here; empty for none.")},
    {TEXT("office", "authserv_id", TEXT, authserv_id), DEFAULT(""), EXAMPLE("mx.example.go.th"),
     SAY("ชื่อเครื่องรับอีเมลของเราในหัว Authentication-Results เว้นว่างคือไม่เชื่อหัวใดเลย",
         "The authserv-id of our own mail server, whose Authentication-Results are believed; empty "
         "for none.")},

    {TEXT("database", "conninfo", TEXT, db_conninfo), DEFAULT("dbname=thanwela"),
     EXAMPLE("host=db1,db2 dbname=thanwela user=thanwela sslmode=verify-full"),
     SAY("การเชื่อมต่อ PostgreSQL ตามแบบของ libpq ระบุได้หลายเครื่อง ห้ามใส่รหัสผ่าน",
         "libpq's connection string for the run-time role; several hosts are allowed, a password "
         "is "
         "not.")},
    {TEXT("database", "password_file", SECRET, db_password_file),
     SAY("แฟ้มรหัสผ่านของฐานข้อมูล", "The database password's file.")},
    {TEXT("database", "migrate_conninfo", TEXT, db_migrate_conninfo),
     EXAMPLE("dbname=thanwela user=thanwela_owner"),
     SAY("การเชื่อมต่อของเจ้าของตาราง ใช้กับ thanwela migrate เท่านั้น ไม่ระบุคือใช้ conninfo",
         "The connection string of the tables' owner, for `thanwela migrate` alone; conninfo where "
         "not set.")},
    {TEXT("database", "migrate_password_file", SECRET, db_migrate_password_file),
     SAY("แฟ้มรหัสผ่านของเจ้าของตาราง", "The owner's password's file.")},
    {YESNO("database", "require_standby", db_require_standby), DEFAULT("no"),
     SAY("ไม่ออกเลขทะเบียนเมื่อไม่มีเครื่องสำรองแบบ synchronous",
         "Give no number while there is no synchronous standby.")},
    {NUMBER("database", "timeout_s", db_timeout_s, 1, 3600), UNIT("s"), DEFAULT("120"),
     SAY("เครื่องที่รับการเชื่อมต่อไว้แต่ไม่ตอบนานเท่านี้ ถือว่าหายไป",
         "The service takes a server that keeps the connection and is silent for so long as "
         "gone.")},

    {BOX("host", TEXT, host), NEEDED_BY("mailbox"), EXAMPLE("imap.example.go.th"),
     SAY("เครื่อง IMAP", "The IMAP server.")},
    {BOX_NUMBER("port", port, 1, 65535),
     SAY("พอร์ต ไม่ระบุคือ 993 หรือ 143 เมื่อ tls เป็น starttls หรือ none",
         "Its port; where not set 993, or 143 with tls = starttls or none.")},
    {ITEM(config_mailbox, tls, "mailbox", "tls", CONFIG_TLS, enum tls_mode),
     WORDS("implicit starttls none"), DEFAULT("implicit"),
     SAY("การเข้ารหัสการเชื่อมต่อ ตรวจใบรับรองและชื่อเครื่องเสมอ",
         "How the connection is protected; the certificate and its name are always verified.")},
    {ITEM(config_mailbox, allow_plain, "mailbox", "allow_plain", CONFIG_YESNO, bool), DEFAULT("no"),
     SAY("ยอมให้ tls = none ไปยังเครื่องอื่น รหัสผ่านจะผ่านเครือข่ายโดยไม่เข้ารหัส",
         "Allow tls = none to another machine: the password crosses the network readable.")},
    {BOX("ca_file", PATH, ca_file),
     SAY("ใบรับรองของผู้ออก (PEM) ไม่ระบุคือชุดของระบบ",
         "Certificates to trust (PEM); the system's where not set.")},
    {BOX("verify_name", TEXT, verify_name),
     SAY("ชื่อที่ต้องมีในใบรับรอง ไม่ระบุคือ host",
         "The name that the certificate must carry; host where not set.")},
    {BOX("login", TEXT, login), NEEDED_BY("mailbox"), EXAMPLE("saraban@minister.example.go.th"),
     SAY("ชื่อผู้ใช้", "The login name.")},
    {BOX("password_file", SECRET, password_file), EXAMPLE("secret_mailbox-saraban"),
     SAY("แฟ้มรหัสผ่าน ไม่ใช้กับ xoauth2", "The password's file; not used with xoauth2.")},
    {BOX("auth", WORD, auth), WORDS("auto login plain scram-sha-256 xoauth2"), DEFAULT("auto"),
     SAY("วิธียืนยันตัวตน auto คือวิธีที่ดีที่สุดที่เครื่อง IMAP มี",
         "How to sign in; auto takes the best that the server offers.")},
    {BOX("token_file", SECRET, token_file),
     SAY("xoauth2: แฟ้มที่มี token", "xoauth2: the file with the token.")},
    {BOX("token_command", TEXT, token_command),
     SAY("xoauth2: คำสั่งที่พิมพ์ token ออกมา", "xoauth2: a command that prints the token.")},
    {BOX("folder", TEXT, folder), DEFAULT("INBOX"),
     SAY("กล่องที่รับหนังสือ", "The folder that documents arrive in.")},
    {BOX("done_folder", TEXT, done_folder), DEFAULT("ลงทะเบียนแล้ว"),
     SAY("กล่องที่ย้ายอีเมลไปเมื่อลงทะเบียนแล้ว", "Where registered mail is moved.")},
    {BOX("aside_folder", TEXT, aside_folder), DEFAULT("พักไว้ตรวจสอบ"),
     SAY("กล่องที่ย้ายอีเมลที่พักไว้ตรวจสอบ", "Where mail that was set aside is moved.")},
    {BOX("body", WORD, body), WORDS("cabinet parliament"), DEFAULT("cabinet"),
     SAY("อีเมลที่ไม่ระบุการประชุม ใช้กำหนดของการประชุมถัดไปของ cabinet (ครม.) หรือ parliament (สภา)",
         "Whose next meeting judges mail that names none: cabinet or parliament.")},
    {BOX_NUMBER("poll_s", poll_s, 1, 1740), UNIT("s"), DEFAULT("60"),
     SAY("ดูกล่องอย่างช้าทุกกี่วินาที แม้เครื่อง IMAP ไม่แจ้ง",
         "At most so long between two looks at the folder, even where the server announces mail.")},
    {BOX_NUMBER("gap_s", gap_s, 60, 86400), UNIT("s"), DEFAULT("900"),
     SAY("ไม่ได้ดูกล่องนานกว่านี้ถือเป็นช่วงขาด รายงานจะระบุไว้",
         "Longer without a good look is a gap, which the report names.")},
    {BOX_NUMBER("timeout_s", timeout_s, 1, 600), UNIT("s"), DEFAULT("60"),
     SAY("รอเครื่อง IMAP ที่เงียบอยู่นานที่สุด", "The longest wait for a silent IMAP server.")},

    {TEXT("smtp", "host", TEXT, smtp_host), NEEDED_BY("deliver"), EXAMPLE("smtp.example.go.th"),
     SAY("เครื่องส่งอีเมล", "The server that takes our mail.")},
    {NUMBER("smtp", "port", smtp_port, 1, 65535),
     SAY("พอร์ต ไม่ระบุคือ 465 (implicit) 587 (starttls) หรือ 25 (none)",
         "Its port; where not set 465 (implicit), 587 (starttls) or 25 (none).")},
    {TLS("smtp", "tls", smtp_tls), DEFAULT("starttls"),
     SAY("การเข้ารหัสการเชื่อมต่อ ตรวจใบรับรองและชื่อเครื่องเสมอ",
         "How the connection is protected; the certificate and its name are always verified.")},
    {YESNO("smtp", "allow_plain", smtp_allow_plain), DEFAULT("no"),
     SAY("ยอมให้ tls = none ไปยังเครื่องอื่น", "Allow tls = none to another machine.")},
    {TEXT("smtp", "ca_file", PATH, smtp_ca_file),
     SAY("ใบรับรองของผู้ออก (PEM) ไม่ระบุคือชุดของระบบ",
         "Certificates to trust (PEM); the system's where not set.")},
    {TEXT("smtp", "verify_name", TEXT, smtp_verify_name),
     SAY("ชื่อที่ต้องมีในใบรับรอง ไม่ระบุคือ host",
         "The name that the certificate must carry; host where not set.")},
    {TEXT("smtp", "login", TEXT, smtp_login),
     SAY("ชื่อผู้ใช้ ไม่ระบุคือส่งโดยไม่ยืนยันตัวตน", "The login name; no sign-in where not set.")},
    {TEXT("smtp", "password_file", SECRET, smtp_password_file),
     SAY("แฟ้มรหัสผ่าน", "The password's file.")},
    {NUMBER("smtp", "timeout_s", smtp_timeout_s, 1, 600), UNIT("s"), DEFAULT("60"),
     SAY("รอคำตอบนานที่สุด", "The longest wait for an answer.")},

    {TEXT("receipt", "base_url", URL, base_url), NEEDED_BY("mailbox scan"),
     EXAMPLE("https://thanwela.example.go.th"),
     SAY("ที่อยู่เว็บที่คิวอาร์ของใบรับชี้ไป", "The web address that receipts' QR codes lead to.")},
    {TEXT("receipt", "key_file", SECRET, key_file), NEEDED_BY("mailbox scan"),
     EXAMPLE("secret_receipt.key"),
     SAY("กุญแจลับที่ใช้ลงนามใบรับ", "The secret key that signs receipts.")},
    {TEXT("receipt", "public_key_file", PATH, public_key_file), NEEDED_BY("scan"),
     EXAMPLE("/etc/thanwela/receipt.pub"),
     SAY("กุญแจสาธารณะที่ใช้ตรวจใบรับ บรรทัดละกุญแจ รวมกุญแจเดิมที่เลิกใช้แล้ว",
         "The public keys that check receipts, one a line, retired ones too.")},
    {NUMBER("receipt", "daily_cap", daily_cap, 1, 100000), DEFAULT("200"),
     SAY("จำนวนใบรับต่อที่อยู่ต่อวัน เกินกว่านี้ลงทะเบียนแต่ไม่ส่งใบรับ",
         "Receipts to one address and day; beyond it mail is registered but not answered.")},

    {YESNO("scan", "more_formats", more_formats), DEFAULT("no"),
     SAY("อ่านบาร์โค้ดทุกชนิด ไม่เฉพาะตระกูลคิวอาร์ (ช้าลงราวหกเท่า)",
         "Read every kind of bar code, not only QR's family; takes about six times as long.")},
    {NUMBER("scan", "workers", scan_workers, 0, 64), DEFAULT("0"),
     SAY("จำนวนตัวสแกน 0 คือน้อยกว่าจำนวนแกนประมวลผลหนึ่งตัว แต่ไม่น้อยกว่าหนึ่ง",
         "Scan workers; 0 is one for each core but one, at least one.")},

    {LIST("report", "readers", ADDRESSES, readers), EXAMPLE("manager@minister.example.go.th"),
     SAY("ผู้ได้รับรายงานประจำคืน", "Who gets the nightly report.")},
    {NUMBER("report", "soon_days", soon_days, 1, 30), UNIT("days"), DEFAULT("3"),
     SAY("ใกล้ครบกำหนด: ภายในกี่วันทำการ", "\"Due soon\": within so many working days.")},

    {TEXT("line", "mode", WORD, line_mode), WORDS("off file real"), DEFAULT("off"),
     SAY("แจ้งกลุ่ม LINE: off ไม่แจ้ง file เขียนลงแฟ้มแทน real ส่งจริง",
         "Notices to the LINE group: off, file (written to a file instead) or real.")},
    {TEXT("line", "endpoint", URL, line_endpoint), DEFAULT("https://api.line.me"),
     SAY("ที่อยู่ของ Messaging API", "Where the Messaging API is.")},
    {TEXT("line", "ca_file", PATH, line_ca_file),
     SAY("ใบรับรองของผู้ออก (PEM) ไม่ระบุคือชุดของระบบ",
         "Certificates to trust (PEM); the system's where not set.")},
    {TEXT("line", "token_file", SECRET, line_token_file),
     SAY("แฟ้ม channel access token", "The file of the channel access token.")},
    {TEXT("line", "to", TEXT, line_to), SAY("รหัสกลุ่ม", "The group's id.")},
    {TEXT("line", "file", PATH, line_file),
     SAY("แฟ้มที่เขียนเมื่อ mode = file", "The file that mode = file writes.")},
    {NUMBER("line", "timeout_s", line_timeout_s, 1, 120), UNIT("s"), DEFAULT("20"),
     SAY("รอคำตอบของ LINE นานที่สุด", "The longest wait for LINE's answer.")},

    {TEXT("web", "listen", LISTEN, web_listen), NEEDED_BY("web"), DEFAULT("127.0.0.1:8080"),
     SAY("ที่อยู่และพอร์ตของหน้าเว็บ อยู่หลัง reverse proxy",
         "Where the page behind receipts listens, behind a reverse proxy.")},
    {TEXT("web", "metrics_listen", LISTEN, web_metrics_listen), DEFAULT(""),
     SAY("ที่อยู่และพอร์ตของตัวเลขสถานะ เว้นว่างคือไม่เปิด",
         "Where figures for monitoring are given; empty for nowhere.")},
    {TEXT("web", "cert_file", PATH, web_cert_file),
     SAY("ใบรับรอง TLS เมื่อไม่มี reverse proxy", "A TLS certificate, where there is no proxy.")},
    {TEXT("web", "key_file", SECRET, web_key_file),
     SAY("กุญแจลับของ cert_file", "The secret key of cert_file.")},
    {TEXT("web", "trusted_header", TEXT, web_trusted_header), DEFAULT(""),
     SAY("หัวที่ reverse proxy บอกชื่อผู้ใช้ เว้นว่างคือไม่เชื่อหัวใดเลย",
         "The header in which the proxy names the signed-in user; empty for none.")},

    {TEXT("web", "trusted_proxy", TEXT, web_trusted_proxy), DEFAULT(""), .may_be_empty = true,
     SAY("ที่อยู่ IP ของ reverse proxy หัว X-Forwarded และ trusted_header เชื่อจากที่อยู่นี้เท่านั้น",
         "The reverse proxy's IP address: X-Forwarded headers and trusted_header count from there "
         "alone.")},

    {LIST("daemon", "roles", WORDS, roles), WORDS("mailbox scan deliver web"),
     DEFAULT("mailbox, scan, deliver"), SAY("งานที่เครื่องนี้ทำ", "What this machine does.")},
    {TEXT("daemon", "log_level", WORD, log_level), WORDS("error warn info debug"), DEFAULT("info"),
     SAY("บันทึกถึงระดับใด", "The level down to which lines are logged.")},
    {TEXT("daemon", "state_dir", PATH, state_dir), DEFAULT("/var/lib/thanwela"),
     .may_be_empty = true,
     SAY("โฟลเดอร์ของบันทึกระหว่างรอบที่หายได้ เว้นว่างคือไม่มี",
         "The folder of notes between runs, which may be lost; empty for none.")},
    {NUMBER("daemon", "lease_s", lease_s, 10, 600), UNIT("s"), DEFAULT("60"),
     SAY("สิทธิ์ดูแลกล่องหมดอายุเมื่อเงียบไปนานเท่านี้ แล้วเครื่องอื่นรับช่วงได้",
         "A mailbox's lease ends after so long a silence; then another machine may take over.")},
};

const struct config_option *config_options(size_t *n_out)
{
    *n_out = ARRAY_LEN(options);
    return options;
}
