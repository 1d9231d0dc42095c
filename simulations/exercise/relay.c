#include "simulations/exercise/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAIRS_MAX 16u
#define BUFFER_BYTES 16384u

struct relay {
    int listener;
    uint16_t to_port;
};

struct pair {
    int ends[2]; /* node, coordinator */
};

static int listen_at_any(uint16_t *ret_port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        return -1;
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        close(listener);
        return -1;
    }
    *ret_port = ntohs(address.sin_port);
    return listener;
}

int relay_free_port(uint16_t *ret_port) {
    int listener = listen_at_any(ret_port);
    if (listener < 0)
        return HV_ERR_IO;
    close(listener);
    return 0;
}

static bool connect_to(uint16_t port, int *ret_end) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (end < 0)
        return false;
    if (connect(end, (struct sockaddr *)&address, sizeof address) != 0) {
        close(end);
        return false;
    }
    *ret_end = end;
    return true;
}

static void accept_pair(const struct relay *relay, struct pair *pairs, size_t *count) {
    int node = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC), coordinator;
    if (node < 0)
        return;
    if (*count == PAIRS_MAX || !connect_to(relay->to_port, &coordinator)) {
        close(node);
        return;
    }
    pairs[(*count)++] = (struct pair){{node, coordinator}};
}

/* False: one side has gone. */
static bool pass(int from, int to) {
    char buffer[BUFFER_BYTES];
    ssize_t got = recv(from, buffer, sizeof buffer, 0);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    for (ssize_t sent = 0; sent < got;) {
        ssize_t more = send(to, buffer + sent, (size_t)(got - sent), MSG_NOSIGNAL);
        if (more < 0 && errno != EINTR)
            return false;
        sent += more > 0 ? more : 0;
    }
    return true;
}

static bool pass_pair(const struct pair *pair, const struct pollfd polled[2]) {
    for (int side = 0; side < 2; side++)
        if (polled[side].revents != 0 && !pass(pair->ends[side], pair->ends[1 - side]))
            return false;
    return true;
}

static int run(void *context) {
    const struct relay *relay = context;
    struct pair pairs[PAIRS_MAX] = {0};
    size_t count = 0;
    for (;;) {
        struct pollfd polled[1 + 2 * PAIRS_MAX] = {{.fd = relay->listener, .events = POLLIN}};
        size_t polled_pairs = count;
        for (size_t i = 0; i < count; i++)
            for (size_t side = 0; side < 2; side++)
                polled[1 + 2 * i + side] =
                    (struct pollfd){.fd = pairs[i].ends[side], .events = POLLIN};
        if (poll(polled, 1 + 2 * count, -1) < 0 && errno != EINTR)
            return 71;
        for (size_t i = polled_pairs; i-- > 0;)
            if (!pass_pair(&pairs[i], &polled[1 + 2 * i])) {
                close(pairs[i].ends[0]);
                close(pairs[i].ends[1]);
                pairs[i] = pairs[--count];
            }
        if (polled[0].revents != 0)
            accept_pair(relay, pairs, &count);
    }
}

int relay_start(struct child *child, const char *name, uint16_t to_port, uint16_t *ret_port) {
    struct relay relay = {.to_port = to_port};
    relay.listener = listen_at_any(ret_port);
    if (relay.listener < 0)
        return HV_ERR_IO;
    int error = child_fork(child, name, run, &relay);
    close(relay.listener);
    return error;
}
