/* SPDX-License-Identifier: AGPL-3.0-or-later
 * An officer says that a document or a matter is secret, or is no more: each one transaction with
 * its events. What is secret shows no subject, opens no file and has no link that opens; the public
 * is told that it is in the register. */
#ifndef DB_SECRECY_H
#define DB_SECRECY_H

#include "db/db.h"

/* ลับ, ลับมาก, ลับที่สุด; the word that lifts secrecy is not among them. */
const char *const *secrecy_words(size_t *n_out);

/* word: one of them; "" lifts it. A cancelled number can be marked too.
 * err  REFUSE no such number or word, no reason, it is so already, its matter is secret */
bool item_secrecy(struct db *db, const char *register_no, const char *word, const char *who,
                  const char *why, struct err *err) MUST_CHECK;

/* The matter's items become as secret as it, where they are not secret yet, and stay so when it is
 * lifted: each is lifted by itself. err  REFUSE as above */
bool matter_secrecy(struct db *db, const char *matter_no, const char *word, const char *who,
                    const char *why, struct err *err) MUST_CHECK;

#endif
