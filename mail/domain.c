/* SPDX-License-Identifier: AGPL-3.0-or-later
 * Organizational domains. See domain.h. */
#include "mail/domain.h"

#include "base/cleanup.h"
#include <string.h>
#include <strings.h>

/* Registries that register at the third level. */
static const char *const suffixes[] = {
    "go.th",  "or.th",  "ac.th",  "co.th",     "in.th",    "mi.th",    "net.th",  "co.uk",
    "gov.uk", "org.uk", "ac.uk",  "co.jp",     "go.jp",    "or.jp",    "ac.jp",   "ne.jp",
    "com.sg", "gov.sg", "edu.sg", "org.sg",    "com.my",   "gov.my",   "org.my",  "com.cn",
    "gov.cn", "org.cn", "co.kr",  "go.kr",     "or.kr",    "com.vn",   "gov.vn",  "gov.la",
    "gov.kh", "com.kh", "gov.mm", "com.mm",    "go.id",    "co.id",    "or.id",   "gov.ph",
    "com.ph", "com.au", "gov.au", "org.au",    "com.hk",   "gov.hk",   "com.tw",  "gov.tw",
    "co.in",  "gov.in", "รัฐ.ไทย", "องค์กร.ไทย", "ศึกษา.ไทย", "ธุรกิจ.ไทย", "เน็ต.ไทย", "ทหาร.ไทย",
};

static bool is_suffix(const char *domain)
{
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        if (strcasecmp(suffixes[i], domain) == 0)
            return true;
    return !strchr(domain, '.');
}

const char *domain_organizational(const char *domain)
{
    for (const char *dot; (dot = strchr(domain, '.')) != NULL; domain = dot + 1)
        if (is_suffix(dot + 1))
            return domain;
    return domain;
}

bool domain_aligned(const char *a, const char *b)
{
    const char *org = domain_organizational(a);
    bool literal = *a == '[' || *b == '[' || strspn(a, "0123456789.") == strlen(a);
    return !literal && !is_suffix(org) && strcasecmp(org, domain_organizational(b)) == 0;
}
