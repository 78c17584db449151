/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Which domains belong to one organization. */
#ifndef MAIL_DOMAIN_H
#define MAIL_DOMAIN_H

#include <stdbool.h>

/* The organizational domain: one label below a registry's suffix ("mail.customs.go.th" →
 * "customs.go.th"), the domain itself where there is none below. Points into domain.
 * The suffixes are the second levels of .th and those of the countries that write to the office;
 * every other top level is taken to register directly below itself. */
const char *domain_organizational(const char *domain);

/* True where both are of one organization (RFC 7489 3.1.1, relaxed). A suffix alone, "" and an
 * address literal are of none. Case makes no difference. */
bool domain_aligned(const char *a, const char *b);

#endif
