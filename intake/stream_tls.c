/* SPDX-License-Identifier: AGPL-3.0-or-later
 * GnuTLS under a stream: TLS 1.2 or newer, SNI, chain and host name verified inside the handshake.
 * A refused certificate is told in words that say what is wrong with it and what to do. */
#include "intake/stream_impl.h"

#include "base/clock.h"
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

static bool start_session(struct stream *s, struct err *err);
static bool shake_hands(struct stream *s, struct err *err);
static bool explain(struct stream *s, int rc, struct err *err);

static const char *const versions = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";

bool stream_handshake(struct stream *s, struct err *err)
{
    if (s->at < s->end)
        return err_set(err, ERR_FATAL,
                       "%s sent data between STARTTLS and the handshake: somebody on the way may "
                       "have put it there; no password was sent",
                       s->peer);
    if (!start_session(s, err))
        return false;
    if (shake_hands(s, err))
        return true;
    tls_end(s);
    return false;
}

static bool start_session(struct stream *s, struct err *err)
{
    if (gnutls_certificate_allocate_credentials(&s->trust) < 0)
        abort();
    int n = s->ca_file
                ? gnutls_certificate_set_x509_trust_file(s->trust, s->ca_file, GNUTLS_X509_FMT_PEM)
                : gnutls_certificate_set_x509_system_trust(s->trust);
    if (n <= 0) {
        tls_end(s);
        return err_set(err, ERR_FATAL,
                       "%s: no certificate authority could be read from %s: check "
                       "ca_file",
                       s->peer, s->ca_file ? s->ca_file : "the system's trust");
    }
    if (gnutls_init(&s->tls, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0)
        abort();
    int rc = gnutls_priority_set_direct(s->tls, versions, NULL);
    if (rc == 0)
        rc = gnutls_credentials_set(s->tls, GNUTLS_CRD_CERTIFICATE, s->trust);
    if (rc == 0)
        rc = gnutls_server_name_set(s->tls, GNUTLS_NAME_DNS, s->name, strlen(s->name));
    if (rc != 0) {
        tls_end(s);
        return err_set(err, ERR_FATAL, "%s: TLS cannot start (%s)", s->peer, gnutls_strerror(rc));
    }
    gnutls_session_set_verify_cert(s->tls, s->name, 0);
    gnutls_transport_set_int(s->tls, s->fd);
    return true;
}

static bool shake_hands(struct stream *s, struct err *err)
{
    int64_t end = clock_mono_ms() + s->connect_ms;
    for (;;) {
        int rc = gnutls_handshake(s->tls);
        if (rc == 0)
            return true;
        if (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED) {
            short events = gnutls_record_get_direction(s->tls) ? POLLOUT : POLLIN;
            if (!stream_poll(s, events, end - clock_mono_ms(), err))
                return err_add(err, "TLS handshake");
        } else if (gnutls_error_is_fatal(rc)) {
            return explain(s, rc, err);
        }
    }
}

static const struct fault {
    unsigned status; /* of gnutls_certificate_status_t */
    const char *what, *advice;
} faults[] = {
    {GNUTLS_CERT_UNEXPECTED_OWNER, "is for another host",
     "correct host, or name the right one with verify_name"},
    {GNUTLS_CERT_EXPIRED, "has expired", "ask the server's operator to renew it"},
    {GNUTLS_CERT_NOT_ACTIVATED, "is not valid yet", "check this machine's clock"},
    {GNUTLS_CERT_REVOKED, "was revoked", "ask the server's operator"},
    {GNUTLS_CERT_SIGNER_NOT_FOUND, "is signed by nobody we trust",
     "name the office's own authority with ca_file"},
    {GNUTLS_CERT_SIGNER_NOT_CA, "is signed by one that may not sign", "ask the server's operator"},
    {GNUTLS_CERT_INSECURE_ALGORITHM, "uses a broken algorithm", "ask the server's operator"},
    {GNUTLS_CERT_PURPOSE_MISMATCH, "is not for a server", "ask the server's operator"},
};

static bool refused_certificate(struct stream *s, struct err *err)
{
    unsigned status = gnutls_session_get_verify_cert_status(s->tls);
    for (size_t i = 0; i < ARRAY_LEN(faults); i++)
        if (status & faults[i].status)
            return err_set(err, ERR_FATAL,
                           "%s: its certificate %s (wanted: %s): %s; no password was sent", s->peer,
                           faults[i].what, s->name, faults[i].advice);
    return err_set(err, ERR_FATAL,
                   "%s: its certificate cannot be verified (wanted: %s; status 0x%x); no password "
                   "was sent",
                   s->peer, s->name, status);
}

static bool explain(struct stream *s, int rc, struct err *err)
{
    switch (rc) {
    case GNUTLS_E_CERTIFICATE_VERIFICATION_ERROR:
    case GNUTLS_E_CERTIFICATE_ERROR:
    case GNUTLS_E_NO_CERTIFICATE_FOUND:
        return refused_certificate(s, err);
    case GNUTLS_E_UNSUPPORTED_VERSION_PACKET:
        return err_set(err, ERR_FATAL,
                       "%s speaks no TLS 1.2 or newer: the server must be updated; no password "
                       "was sent",
                       s->peer);
    case GNUTLS_E_FATAL_ALERT_RECEIVED:
        return err_set(err, ERR_FATAL,
                       "%s ended the TLS handshake (%s): it may speak no TLS 1.2 or newer; no "
                       "password was sent",
                       s->peer, gnutls_alert_get_name(gnutls_alert_get(s->tls)));
    case GNUTLS_E_UNEXPECTED_PACKET_LENGTH:
    case GNUTLS_E_RECORD_OVERFLOW:
    case GNUTLS_E_UNEXPECTED_PACKET:
        return err_set(err, ERR_FATAL,
                       "%s does not speak TLS on this port: check port and tls (implicit or "
                       "starttls); no password was sent",
                       s->peer);
    default:
        return err_set(err, ERR_RETRY, "%s: the TLS handshake failed (%s)", s->peer,
                       gnutls_strerror(rc));
    }
}

static enum tls_io outcome(struct stream *s, ssize_t rc, size_t *n_out, const char **why)
{
    if (rc > 0) {
        *n_out = (size_t)rc;
        return TLS_DONE;
    }
    if (rc == 0) {
        *why = "the server closed the connection";
        return TLS_ENDED;
    }
    if (!gnutls_error_is_fatal((int)rc)) /* AGAIN, INTERRUPTED, a ticket, a wish to renegotiate */
        return gnutls_record_get_direction(s->tls) ? TLS_WAIT_WRITE : TLS_WAIT_READ;
    *why = rc == GNUTLS_E_PREMATURE_TERMINATION ? "the server closed it without a goodbye"
                                                : gnutls_strerror((int)rc);
    return TLS_ENDED;
}

enum tls_io tls_read(struct stream *s, void *p, size_t n, size_t *n_out, const char **why)
{
    return outcome(s, gnutls_record_recv(s->tls, p, n), n_out, why);
}

enum tls_io tls_write(struct stream *s, const void *p, size_t n, size_t *n_out, const char **why)
{
    return outcome(s, gnutls_record_send(s->tls, p, n), n_out, why);
}

bool tls_has_pending(const struct stream *s)
{
    return s->tls && gnutls_record_check_pending(s->tls) > 0;
}

void tls_end(struct stream *s)
{
    if (s->tls) {
        gnutls_bye(s->tls, GNUTLS_SHUT_WR);
        gnutls_deinit(s->tls);
    }
    if (s->trust)
        gnutls_certificate_free_credentials(s->trust);
    s->tls = NULL;
    s->trust = NULL;
}
