/* SPDX-License-Identifier: AGPL-3.0-or-later
 * LINE's Messaging API on loopback. See fake_line.h. */
#include "tests/flow/fake_line.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 16384, TICK_MS = 50 };

struct fake_line {
    int fd, port;
    pthread_t thread;
    pthread_mutex_t lock;
    bool stop;
    char script[64];
    int quota, used, members, status;
    struct fake_push push[FAKE_LINE_PUSHES_MAX];
    int n_pushes;
    char accepted[FAKE_LINE_PUSHES_MAX][64];
    int n_accepted;
};

static void answer(int fd, int status, const char *body)
{
    char head[256];
    int n = snprintf(head, sizeof head,
                     "HTTP/1.1 %d x\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                     "Connection: close\r\n\r\n",
                     status, strlen(body));
    (void)!send(fd, head, (size_t)n, MSG_NOSIGNAL);
    (void)!send(fd, body, strlen(body), MSG_NOSIGNAL);
}

static void wait_for_hang_up(struct fake_line *f, int fd)
{
    for (char c; !f->stop;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, TICK_MS) > 0 && recv(fd, &c, 1, 0) <= 0)
            return;
    }
}

static bool was_accepted(const struct fake_line *f, const char *key)
{
    for (int i = 0; i < f->n_accepted; i++)
        if (strcmp(f->accepted[i], key) == 0)
            return true;
    return false;
}

static void endless(struct fake_line *f, int fd)
{
    char block[4096];
    memset(block, 'x', sizeof block);
    (void)!send(fd, "HTTP/1.1 200 x\r\n\r\n", 18, MSG_NOSIGNAL);
    while (!f->stop && send(fd, block, sizeof block, MSG_NOSIGNAL) > 0)
        ;
}

static void misbehave(struct fake_line *f, int fd, char how)
{
    static const struct {
        char how;
        int status;
        const char *body;
    } answers[] = {
        {'2', 200, "{\"sentMessages\":[{\"id\":\"461230966842064897\"}]}"},
        {'4', 400, "{\"message\":\"The request body has 1 error(s)\"}"},
        {'3', 403, "{\"message\":\"Access to this API is not available for your account\"}"},
        {'9', 429, "{\"message\":\"The API rate limit has been exceeded. Try again later.\"}"},
        {'m', 429, "{\"message\":\"You have reached your monthly limit.\"}"},
        {'5', 500, "{\"message\":\"Internal error\"}"},
        {'a', 500, "<html>bad gateway</html>"},
        {'k', 409, "{\"message\":\"The retry key is already accepted\"}"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        if (answers[i].how == how)
            answer(fd, answers[i].status, answers[i].body);
    if (how == 'c')
        (void)!send(fd, "HTTP/1.1 200 x\r\nContent-Length: 99\r\n\r\n{\"sent", 44, MSG_NOSIGNAL);
    if (how == 'h')
        wait_for_hang_up(f, fd);
    if (how == 't')
        endless(f, fd);
}

static void take_header(const char *head, const char *name, char *out, size_t room)
{
    const char *at = strcasestr(head, name);
    snprintf(out, room, "%.*s", at ? (int)strcspn(at + strlen(name), "\r") : 0,
             at ? at + strlen(name) : "");
}

static void push(struct fake_line *f, int fd, const char *head, const char *body)
{
    struct fake_push p = {0};
    take_header(head, "\nX-Line-Retry-Key: ", p.key, sizeof p.key);
    take_header(head, "\nAuthorization: ", p.authorization, sizeof p.authorization);
    snprintf(p.body, sizeof p.body, "%s", body);
    pthread_mutex_lock(&f->lock);
    char how = f->script[0] ? f->script[0] : '2';
    if (f->script[0])
        memmove(f->script, f->script + 1, strlen(f->script));
    if (f->n_pushes < FAKE_LINE_PUSHES_MAX)
        f->push[f->n_pushes++] = p;
    if (was_accepted(f, p.key))
        how = 'k';
    else if (strchr("2acht", how) && f->n_accepted < FAKE_LINE_PUSHES_MAX)
        snprintf(f->accepted[f->n_accepted++], sizeof f->accepted[0], "%s", p.key);
    pthread_mutex_unlock(&f->lock);
    misbehave(f, fd, how);
}

static void tell(struct fake_line *f, int fd, const char *head)
{
    char body[128];
    pthread_mutex_lock(&f->lock);
    int status = f->status;
    snprintf(body, sizeof body, "{\"message\":\"Authentication failed\"}");
    if (status == 200 && strstr(head, "/quota/consumption "))
        snprintf(body, sizeof body, "{\"totalUsage\":%d}", f->used);
    else if (status == 200 && strstr(head, "/quota "))
        snprintf(body, sizeof body,
                 f->quota < 0 ? "{\"type\":\"none\"}" : "{\"type\":\"limited\",\"value\":%d}",
                 f->quota);
    else if (status == 200 && strstr(head, "/members/count "))
        snprintf(body, sizeof body, "{\"count\":%d}", f->members);
    else if (status == 200)
        snprintf(body, sizeof body, "{\"userId\":\"U1\"}");
    pthread_mutex_unlock(&f->lock);
    answer(fd, status, body);
}

static void serve(struct fake_line *f, int fd)
{
    char request[REQUEST_MAX + 1] = "";
    size_t n = 0, whole = SIZE_MAX;
    char *body = NULL;
    while (n < whole && n < REQUEST_MAX) {
        ssize_t got = recv(fd, request + n, REQUEST_MAX - n, 0);
        if (got <= 0)
            return;
        n += (size_t)got;
        request[n] = 0;
        char length[16];
        if (!body && (body = strstr(request, "\r\n\r\n"))) {
            body += 4;
            take_header(request, "\nContent-Length: ", length, sizeof length);
            whole = (size_t)(body - request) + (size_t)atol(length);
        }
    }
    if (strncmp(request, "POST /v2/bot/message/push ", 26) == 0)
        push(f, fd, request, body);
    else
        tell(f, fd, request);
}

static void *run(void *user)
{
    struct fake_line *f = user;
    while (!f->stop) {
        struct pollfd p = {.fd = f->fd, .events = POLLIN};
        if (poll(&p, 1, TICK_MS) <= 0)
            continue;
        int fd = accept4(f->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        serve(f, fd);
        shutdown(fd, SHUT_RDWR);
        close(fd);
    }
    return NULL;
}

struct fake_line *fake_line_start(void)
{
    struct fake_line *f = calloc(1, sizeof *f);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    f->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (f->fd < 0 || bind(f->fd, (void *)&a, n) != 0 || listen(f->fd, 16) != 0 ||
        getsockname(f->fd, (void *)&a, &n) != 0)
        abort();
    f->port = ntohs(a.sin_port);
    f->quota = -1;
    f->members = 1;
    f->status = 200;
    pthread_mutex_init(&f->lock, NULL);
    if (pthread_create(&f->thread, NULL, run, f) != 0)
        abort();
    return f;
}

void fake_line_stop(struct fake_line *f)
{
    f->stop = true;
    pthread_join(f->thread, NULL);
    close(f->fd);
    free(f);
}

int fake_line_port(const struct fake_line *f)
{
    return f->port;
}

void fake_line_push_script(struct fake_line *f, const char *letters)
{
    pthread_mutex_lock(&f->lock);
    snprintf(f->script, sizeof f->script, "%s", letters);
    pthread_mutex_unlock(&f->lock);
}

void fake_line_quota(struct fake_line *f, int quota, int used, int members)
{
    pthread_mutex_lock(&f->lock);
    f->quota = quota;
    f->used = used;
    f->members = members;
    pthread_mutex_unlock(&f->lock);
}

void fake_line_status(struct fake_line *f, int status)
{
    pthread_mutex_lock(&f->lock);
    f->status = status;
    pthread_mutex_unlock(&f->lock);
}

int fake_line_heard(struct fake_line *f, struct fake_push *out)
{
    pthread_mutex_lock(&f->lock);
    int n = f->n_pushes;
    memcpy(out, f->push, (size_t)n * sizeof *out);
    pthread_mutex_unlock(&f->lock);
    return n;
}

int fake_line_accepted(struct fake_line *f)
{
    pthread_mutex_lock(&f->lock);
    int n = f->n_accepted;
    pthread_mutex_unlock(&f->lock);
    return n;
}
