/* The Redis side of the ingest benchmark: XADD of one payload, CONNECTIONS x OUTSTANDING, over
 * plain TCP. redis_load PORT CONNECTIONS OUTSTANDING PAYLOAD_BYTES SECONDS Writes the protocol
 * itself and only counts line ends of the replies (two a reply), so that the client costs as little
 * as it can: this is the most that Redis can do here. Prints one JSON line. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { OUTSTANDING_MAX = 64, SAMPLES_MAX = 1 << 22 };

struct connection {
    int fd;
    unsigned line_ends; /* of replies not yet whole */
    uint64_t sent, answered;
    int64_t sent_us[OUTSTANDING_MAX];
};

static int64_t now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void die(const char *what) {
    perror(what);
    exit(70);
}

static int connect_to(uint16_t port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void send_commands(struct connection *connection, const char *command, size_t bytes,
                          unsigned count) {
    char block[OUTSTANDING_MAX * 1024];
    size_t size = 0;
    int64_t now = now_us();
    for (unsigned i = 0; i < count; i++) {
        memcpy(block + size, command, bytes);
        size += bytes;
        connection->sent_us[connection->sent++ % OUTSTANDING_MAX] = now;
    }
    for (size_t done = 0; done < size;) {
        ssize_t part = write(connection->fd, block + done, size - done);
        if (part < 0)
            die("write");
        done += (size_t)part;
    }
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 6)
        return 64;
    unsigned connections = (unsigned)atoi(argv[2]), outstanding = (unsigned)atoi(argv[3]);
    int payload = atoi(argv[4]);
    double seconds = strtod(argv[5], NULL);
    char command[1024];
    int head = snprintf(command, sizeof command,
                        "*5\r\n$4\r\nXADD\r\n$3\r\nlog\r\n$1\r\n*\r\n$1\r\nr\r\n$%d\r\n", payload);
    if (payload < 1 || head + payload + 2 > (int)sizeof command || outstanding > OUTSTANDING_MAX)
        return 64;
    for (int i = 0; i < payload; i++)
        command[head + i] = (char)('a' + i * 7 % 26);
    memcpy(command + head + payload, "\r\n", 2);
    size_t bytes = (size_t)(head + payload + 2);

    struct connection *all = calloc(connections, sizeof *all);
    uint32_t *samples = malloc(SAMPLES_MAX * sizeof *samples);
    size_t sample_count = 0;
    int poller = epoll_create1(0);
    if (all == NULL || samples == NULL || poller < 0)
        die("memory");
    uint64_t answered = 0;
    int64_t start = now_us(), end = start + (int64_t)(seconds * 1e6);
    for (unsigned i = 0; i < connections; i++) {
        all[i].fd = connect_to((uint16_t)atoi(argv[1]));
        struct epoll_event event = {.events = EPOLLIN, .data.u64 = i};
        epoll_ctl(poller, EPOLL_CTL_ADD, all[i].fd, &event);
        send_commands(&all[i], command, bytes, outstanding);
    }
    while (now_us() < end) {
        struct epoll_event events[256];
        int count = epoll_wait(poller, events, 256, 100);
        for (int e = 0; e < count; e++) {
            struct connection *c = &all[events[e].data.u64];
            char reply[65536];
            ssize_t size = read(c->fd, reply, sizeof reply);
            if (size <= 0)
                die("read");
            if (reply[0] == '-') {
                fprintf(stderr, "redis: %.*s\n", (int)size, reply);
                return 70;
            }
            for (ssize_t i = 0; i < size; i++)
                c->line_ends += reply[i] == '\n';
            unsigned done = c->line_ends / 2;
            c->line_ends %= 2;
            int64_t now = now_us();
            for (unsigned i = 0; i < done; i++, c->answered++)
                if (sample_count < SAMPLES_MAX)
                    samples[sample_count++] =
                        (uint32_t)(now - c->sent_us[c->answered % OUTSTANDING_MAX]);
            answered += done;
            if (done > 0)
                send_commands(c, command, bytes, done);
        }
    }
    double took = (double)(now_us() - start) / 1e6;
    qsort(samples, sample_count, sizeof *samples, by_value);
    printf("{\"acknowledged\": %llu, \"per_second\": %.0f, \"p50_ms\": %.2f, \"p99_ms\": %.2f}\n",
           (unsigned long long)answered, (double)answered / took,
           sample_count ? samples[sample_count / 2] / 1000.0 : 0,
           sample_count ? samples[(size_t)(0.99 * (double)(sample_count - 1))] / 1000.0 : 0);
    free(all);
    free(samples);
    return 0;
}
