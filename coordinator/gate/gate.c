#include "coordinator/gate/gate.h"

#include "schemas/limits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <zmq.h>

enum {
    HANDSHAKE_MS = 3000,
    PEER_QUEUE = 256, /* messages for one peer, and from it */
    BACKLOG = 4096,
    HEARTBEAT_MS = 10000,
    ZAP_FRAMES = 7,
    ZAP_FRAME_BYTES = 256
};

#define ZAP_DOMAIN "haven"

struct gate {
    void *context;
    void *router;
    void *zap;
    gate_admit *admit;
    void *admit_context;
    zmq_msg_t message; /* of the frame given last */
    struct gate_counters counters;
};

/* ---- opening ---- */

static bool set_number(void *socket, int option, int value) {
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static int open_zap(struct gate *gate) {
    gate->zap = zmq_socket(gate->context, ZMQ_REP);
    if (gate->zap == NULL || !set_number(gate->zap, ZMQ_LINGER, 0) ||
        zmq_bind(gate->zap, "inproc://zeromq.zap.01") != 0)
        return HV_ERR_IO;
    return 0;
}

static bool set_router(void *router, int handshake_ms) {
    return set_number(router, ZMQ_LINGER, 0) && set_number(router, ZMQ_ROUTER_MANDATORY, 1) &&
           set_number(router, ZMQ_ROUTER_HANDOVER, 0) &&
           set_number(router, ZMQ_HANDSHAKE_IVL, handshake_ms) &&
           set_number(router, ZMQ_SNDHWM, PEER_QUEUE) &&
           set_number(router, ZMQ_RCVHWM, PEER_QUEUE) && set_number(router, ZMQ_BACKLOG, BACKLOG) &&
           set_number(router, ZMQ_IPV6, 1) && set_number(router, ZMQ_SNDTIMEO, 0) &&
           set_number(router, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) &&
           set_number(router, ZMQ_HEARTBEAT_TIMEOUT, 3 * HEARTBEAT_MS);
}

static bool set_limits(void *router) {
    int64_t frame = HV_FRAME_SEALED_BYTES_MAX;
    return zmq_setsockopt(router, ZMQ_MAXMSGSIZE, &frame, sizeof frame) == 0;
}

static bool set_curve(void *router, const struct gate_options *options) {
    return set_number(router, ZMQ_CURVE_SERVER, 1) &&
           zmq_setsockopt(router, ZMQ_CURVE_PUBLICKEY, options->public_text,
                          strlen(options->public_text) + 1) == 0 &&
           zmq_setsockopt(router, ZMQ_CURVE_SECRETKEY, options->secret_text,
                          strlen(options->secret_text) + 1) == 0 &&
           zmq_setsockopt(router, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) == 0;
}

static int bind_error(void) {
    switch (errno) {
    case EADDRINUSE:
        return HV_ERR_BUSY;
    case EACCES:
        return HV_ERR_PERMISSION;
    case EINVAL:
    case EPROTONOSUPPORT:
    case EADDRNOTAVAIL:
    case ENODEV:
        return HV_ERR_VALUE;
    default:
        return HV_ERR_IO;
    }
}

static int open_router(struct gate *gate, const struct gate_options *options,
                       const char **ret_what) {
    gate->router = zmq_socket(gate->context, ZMQ_ROUTER);
    if (gate->router == NULL)
        return HV_ERR_IO;
    int handshake_ms = options->handshake_ms > 0 ? options->handshake_ms : HANDSHAKE_MS;
    if (!set_router(gate->router, handshake_ms) || !set_limits(gate->router))
        return HV_ERR_IO;
    if (!set_curve(gate->router, options)) {
        *ret_what = "the coordinator's key";
        return HV_ERR_VALUE;
    }
    for (size_t i = 0; i < options->bind_count; i++) {
        if (zmq_bind(gate->router, options->bind[i]) == 0)
            continue;
        *ret_what = options->bind[i];
        return bind_error();
    }
    return 0;
}

int gate_new(const struct gate_options *options, gate_admit *admit, void *context,
             const char **ret_what, struct gate **ret_gate) {
    *ret_what = "";
    if (!zmq_has("curve"))
        return HV_ERR_STATE;
    struct gate *gate = calloc(1, sizeof *gate);
    if (gate == NULL)
        return HV_ERR_MEMORY;
    gate->admit = admit;
    gate->admit_context = context;
    zmq_msg_init(&gate->message);
    gate->context = zmq_ctx_new();
    int error = gate->context == NULL ? HV_ERR_MEMORY : 0;
    if (error == 0 && options->io_threads > 0)
        zmq_ctx_set(gate->context, ZMQ_IO_THREADS, options->io_threads);
    if (error == 0)
        error = open_zap(gate);
    if (error == 0)
        error = open_router(gate, options, ret_what);
    if (error != 0) {
        gate_free(gate);
        return error;
    }
    *ret_gate = gate;
    return 0;
}

void gate_free(struct gate *gate) {
    if (gate == NULL)
        return;
    zmq_msg_close(&gate->message);
    if (gate->router != NULL)
        zmq_close(gate->router);
    if (gate->zap != NULL)
        zmq_close(gate->zap);
    if (gate->context != NULL)
        zmq_ctx_term(gate->context);
    free(gate);
}

void *gate_router(struct gate *gate) {
    return gate->router;
}

void *gate_zap(struct gate *gate) {
    return gate->zap;
}

const struct gate_counters *gate_counters(const struct gate *gate) {
    return &gate->counters;
}

/* ---- who may come in (RFC 27/ZAP) ---- */

struct zap_request {
    char frames[ZAP_FRAMES][ZAP_FRAME_BYTES];
    int sizes[ZAP_FRAMES];
    int count;
};

static bool receive_zap(void *socket, struct zap_request *request) {
    int more = 1;
    request->count = 0;
    while (more) {
        char frame[ZAP_FRAME_BYTES];
        int size = zmq_recv(socket, frame, sizeof frame, ZMQ_DONTWAIT);
        if (size < 0)
            return false;
        size_t option_size = sizeof more;
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option_size);
        if (request->count < ZAP_FRAMES) {
            size = size > ZAP_FRAME_BYTES ? ZAP_FRAME_BYTES : size;
            memcpy(request->frames[request->count], frame, (size_t)size);
            request->sizes[request->count] = size;
        }
        request->count++;
    }
    return true;
}

static bool is_text(const struct zap_request *request, int frame, const char *text) {
    return request->sizes[frame] == (int)strlen(text) &&
           memcmp(request->frames[frame], text, strlen(text)) == 0;
}

/* version, request id, domain, address, routing id, mechanism, key */
static bool may_come_in(struct gate *gate, const struct zap_request *request,
                        char ret_user[GATE_USER_BYTES]) {
    return request->count == ZAP_FRAMES && is_text(request, 0, "1.0") &&
           is_text(request, 2, ZAP_DOMAIN) && is_text(request, 5, "CURVE") &&
           request->sizes[6] == HV_KEY_BYTES &&
           gate->admit(gate->admit_context, (const uint8_t *)request->frames[6], ret_user);
}

static void send_part(void *socket, const char *bytes, size_t size, bool last) {
    (void)zmq_send(socket, bytes, size, ZMQ_DONTWAIT | (last ? 0 : ZMQ_SNDMORE));
}

static void answer_zap(struct gate *gate, const struct zap_request *request) {
    char user[GATE_USER_BYTES] = "";
    bool admitted = may_come_in(gate, request, user);
    gate->counters.admitted += admitted;
    gate->counters.turned_away += !admitted;
    const char *text = admitted ? "OK" : "not enrolled";
    int id_size = request->count > 1 ? request->sizes[1] : 0;
    send_part(gate->zap, "1.0", 3, false);
    send_part(gate->zap, request->frames[1], (size_t)id_size, false);
    send_part(gate->zap, admitted ? "200" : "400", 3, false);
    send_part(gate->zap, text, strlen(text), false);
    send_part(gate->zap, user, admitted ? strlen(user) : 0, false);
    send_part(gate->zap, "", 0, true);
}

void gate_serve_zap(struct gate *gate) {
    struct zap_request request;
    while (receive_zap(gate->zap, &request))
        answer_zap(gate, &request);
}

/* ---- frames ---- */

/* Passes over what is left of a message; true where there was something. */
static bool drop_rest(struct gate *gate) {
    bool dropped = false;
    while (zmq_msg_more(&gate->message)) {
        zmq_msg_close(&gate->message);
        zmq_msg_init(&gate->message);
        dropped = true;
        if (zmq_msg_recv(&gate->message, gate->router, ZMQ_DONTWAIT) < 0)
            break;
    }
    return dropped;
}

static bool next_part(struct gate *gate) {
    zmq_msg_close(&gate->message);
    zmq_msg_init(&gate->message);
    return zmq_msg_recv(&gate->message, gate->router, ZMQ_DONTWAIT) >= 0;
}

/* Routing id, then one payload, of a peer with a User-Id; anything else is no frame. */
static bool read_frame(struct gate *gate, struct gate_frame *frame) {
    size_t size = zmq_msg_size(&gate->message);
    bool sound = size > 0 && size <= GATE_ROUTE_BYTES && zmq_msg_more(&gate->message);
    if (sound) {
        frame->route.size = (uint8_t)size;
        memcpy(frame->route.id, zmq_msg_data(&gate->message), size);
        sound = next_part(gate);
    }
    const char *user = sound ? zmq_msg_gets(&gate->message, "User-Id") : NULL;
    sound =
        sound && !zmq_msg_more(&gate->message) && user != NULL && strlen(user) < GATE_USER_BYTES;
    if (!sound) {
        (void)drop_rest(gate);
        gate->counters.bad_frames++;
        return false;
    }
    memcpy(frame->user, user, strlen(user) + 1);
    frame->bytes = zmq_msg_data(&gate->message);
    frame->size = zmq_msg_size(&gate->message);
    return true;
}

int gate_receive(struct gate *gate, struct gate_frame *ret_frame) {
    while (next_part(gate)) {
        struct gate_frame frame;
        gate->counters.frames++;
        if (read_frame(gate, &frame)) {
            *ret_frame = frame;
            return 0;
        }
    }
    return HV_ERR_BUSY;
}

void gate_send(struct gate *gate, const struct gate_route *route, const uint8_t *bytes,
               size_t size) {
    if (route->size == 0 ||
        zmq_send(gate->router, route->id, route->size, ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
        gate->counters.undeliverable++;
        return;
    }
    if (zmq_send(gate->router, bytes, size, ZMQ_DONTWAIT) < 0)
        gate->counters.undeliverable++;
}

/* ---- descriptors ---- */

int gate_raise_descriptors(uint64_t need, uint64_t *ret_limit) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return HV_ERR_IO;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return HV_ERR_IO;
    *ret_limit = limit.rlim_cur;
    return limit.rlim_cur < need ? HV_ERR_LIMIT : 0;
}
