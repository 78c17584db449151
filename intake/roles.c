/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The roles in the way of a document. */
#include "intake/role.h"

const struct role *const roles[] = {NULL};
const size_t n_roles = 0;
