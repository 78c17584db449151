/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Steps: every effect outside the process (statement sent, answer read, IMAP and SMTP command,
 * child started) calls step(). In test builds THANWELA_CRASH_AT=n stops the whole daemon dead at
 * the n-th, and THANWELA_COUNT_STEPS=file leaves there how many a run took; elsewhere it does
 * nothing. */
#ifndef BASE_STEP_H
#define BASE_STEP_H

#ifdef THANWELA_TEST_BUILD
/* In the first process, before any fork: all processes count together. */
void step_init(void);
void step(void);
#else
static inline void step_init(void)
{
}
static inline void step(void)
{
}
#endif

#endif
