/* SPDX-License-Identifier: AGPL-3.0-or-later
 * The scan role: any number of workers on any machine, one queue. It knows the signing key and the
 * database's password, no other secret. */
#include "db/queue.h"
#include "intake/answer.h"
#include "intake/roles.h"
#include "qr/scan.h"
#include "role/common.h"

enum { WAIT_MS = 5000 }; /* between looks, should a notification be missed */

static bool keep(const struct role_context *c, const struct answer_parts *parts, bool *worked_out,
                 struct err *err)
{
    for (;;) {
        int n;
        if (!answer_round(parts, &n, err))
            return false;
        *worked_out |= n > 0;
        if (n > 0)
            role_wake(c, "deliver");
        if (role_stopping(c) || (n == 0 && c->once))
            return true;
        if (n == 0 && !role_wait_work(c, parts->db, WAIT_MS))
            return true;
    }
}

static bool session(const struct role_context *c, struct zygote *zygote, struct meter *meter,
                    bool *worked_out, struct err *err)
{
    struct arena *a CLEANUP(arena_freep) = arena_new();
    struct db *db CLEANUP(db_closep) = NULL;
    struct signer *signer CLEANUP(signer_freep) = NULL;
    struct verifier *verifier CLEANUP(verifier_freep) = NULL;
    role_say_sandbox(zygote);
    if (!signer_open(c->config->key_file, &signer, err) ||
        !verifier_open(c->config->public_key_file, &verifier, err) ||
        !role_await_database(c, "thanwelad scan", false, &db, err) || !db_relax(db, err) ||
        !queue_listen(db, false, err))
        return false;
    struct answer_parts parts = {.config = c->config,
                                 .db = db,
                                 .zygote = zygote,
                                 .signer = signer,
                                 .verifier = verifier,
                                 .owner = role_owner(a),
                                 .meter = meter};
    return keep(c, &parts, worked_out, err);
}

static int run(const struct role_context *c)
{
    struct err err = {0};
    struct zygote *zygote CLEANUP(zygote_stopp) = NULL;
    struct meter meter = {0};
    bool worked = false;
    bool ok = scan_zygote_start(&zygote, &err) && session(c, zygote, &meter, &worked, &err);
    zygote_stopp(&zygote);
    meter_log(&meter);
    return ok ? role_done(c, worked) : role_failed("scan", &err);
}

const struct role role_scan = {"scan", ROLE_PER_WORKER, run};
