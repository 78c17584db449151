/* SPDX-License-Identifier: AGPL-3.0-or-later
 * What a changed calendar moves. See moves.h. */
#include "cli/moves.h"

#include "base/thai.h"
#include "db/deadline.h"

static void tell(struct cli *c, const struct deadline_moves *moves, bool moved)
{
    FILE *to = c->json ? stderr : stdout;
    if (moves->n)
        fprintf(to, "%s:\n",
                moved ? tr(c, "เลื่อนกำหนดแล้ว", "moved")
                      : tr(c, "กำหนดที่จะเลื่อน (ยืนยันด้วย --move)", "would move (confirm with --move)"));
    for (int i = 0; i < moves->n; i++)
        fprintf(to, "  %s: %s → %s\n", moves->move[i].what,
                thai_time(c->a, moves->move[i].due_us, THAI_DATE_TIME),
                thai_time(c->a, moves->move[i].new_due_us, THAI_DATE_TIME));
}

bool moves_apply(struct cli *c, struct db *db, const struct moves_wish *wish, struct err *err)
{
    struct deadline_moves moves;
    int n;
    if (!deadline_moves(c->a, db, &moves, err))
        return false;
    if (wish->move && moves.n && !deadline_move_all(db, wish->why, c->who, &n, err))
        return false;
    tell(c, &moves, wish->move);
    return true;
}

int moves_finish(struct cli *c, struct db *db, const struct moves_wish *wish, int version)
{
    struct err err = {0};
    if (!moves_apply(c, db, wish, &err) || !db_commit(db, &err))
        return cli_fail(&err);
    if (c->json)
        printf("{\"calendar_version\": %d}\n", version);
    else
        printf("%s v%d\n", tr(c, "ปฏิทิน", "calendar"), version);
    return EXIT_DONE;
}
