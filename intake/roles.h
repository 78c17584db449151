/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The roles in the way of a document: what thanwelad runs of this folder. */
#ifndef INTAKE_ROLES_H
#define INTAKE_ROLES_H

#include "role/role.h"

extern const struct role role_mailbox; /* fetch, parse, register, file: one for each mailbox */
extern const struct role role_scan;    /* scan, judge, receipt */
extern const struct role role_deliver; /* the outbox */

#endif
