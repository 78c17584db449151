/* SPDX-License-Identifier: AGPL-3.0-or-later
 * One option's text → its field. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/config.h"

/* Store value (NUL-ended, from the file or the table's default) in the field at `field`, which is
 * of the kind's type. folder is where relative paths begin. err  FATAL one clause without place and
 * name: "'70000' is not a number between 1 and 65535" */
bool value_store(struct arena *a, const struct config_option *o, const char *folder,
                 const char *value, void *field, struct err *err) MUST_CHECK;

/* The field's value as it would be written; "" where it is not set. Not for lists. */
char *value_show(struct arena *a, const struct config_option *o, const void *field);

/* "starttls" … */
const char *tls_mode_name(enum tls_mode mode);

#endif
