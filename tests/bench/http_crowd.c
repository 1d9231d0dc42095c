/* 200 pages that are open: readers of the HTTP interface for bench_http, in one thread, by hand, so
 * that they cost the machine that is measured as little as may be.
 *
 *   http_crowd PORT STREAMS READERS SECONDS [plain] [records]
 *
 * Each stream reads /api/v1/events as a browser does, packed by gzip unless `plain` is said, and
 * counts what comes without unpacking it (a piece of a packed stream ends with 00 00 ff ff); of
 * streams of records the first is unpacked, to see how far it has come, and the others are held
 * against it by their bytes: all get the same. Each
 * reader keeps a connection and asks for a page of 100 shelters once a second. Says "ready" when
 * every stream has been greeted, and one line of JSON at the end. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { EVENTS = 256, ROOM = 1 << 18, HEAD_MAX = 4096, SAMPLES = 1 << 16, PERIOD_MS = 1000 };

struct client {
    int file;
    bool stream, greeted, asked;
    uint32_t tail; /* the last four bytes */
    uint64_t bytes;
    size_t head, left; /* reader: bytes of the head so far, and of the body still to come */
    char text[HEAD_MAX + 1];
    int64_t asked_us, due_us;
};

static int poller;
static bool plain, records;
static struct client *watched; /* whose records are read */
static z_stream unpacker;
static char line[64]; /* that is being read of it */
static size_t line_at;
static uint64_t first_id, last_id;
static char buffer[ROOM];
static uint64_t events, bytes, pages;
static uint32_t took_us[SAMPLES];

static int64_t now_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void die(const char *what) {
    fprintf(stderr, "http_crowd: %s: %s\n", what, strerror(errno));
    exit(70);
}

static void ask(struct client *client, const char *path) {
    char request[256];
    int size =
        snprintf(request, sizeof request, "GET /api/v1/%s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                 path, plain ? "" : "Accept-Encoding: gzip\r\n");
    if (send(client->file, request, (size_t)size, MSG_NOSIGNAL) != size)
        die("send");
    client->asked = true;
    client->asked_us = now_us();
}

static void open_client(struct client *client, uint16_t port) {
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (client->file < 0 || connect(client->file, (struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    fcntl(client->file, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, client->file, &event) != 0)
        die("epoll_ctl");
}

/* Events that ended in these bytes. */
static void count_events(struct client *client, const char *at, size_t size) {
    const uint32_t packed_end = 0x0000ffff, plain_end = 0x7d0a0a; /* "}", two ends of line */
    for (size_t i = 0; i < size; i++) {
        client->tail = client->tail << 8 | (uint8_t)at[i];
        events += plain ? (client->tail & 0xffffff) == plain_end : client->tail == packed_end;
    }
}

/* The positions of what has come, from lines such as "id: 1234". */
static void read_ids(const char *at, size_t size) {
    for (size_t i = 0; i < size; i++) {
        if (at[i] != '\n') {
            line_at += line_at < sizeof line - 1;
            line[line_at - 1] = at[i];
            continue;
        }
        line[line_at] = '\0';
        if (strncmp(line, "id: ", 4) == 0)
            last_id = strtoull(line + 4, NULL, 10);
        line_at = 0;
    }
}

static void watch(const char *at, size_t size) {
    static char unpacked[ROOM];
    if (plain) {
        read_ids(at, size);
        return;
    }
    unpacker.next_in = (Bytef *)(uintptr_t)at;
    unpacker.avail_in = (uInt)size;
    while (unpacker.avail_in > 0) {
        unpacker.next_out = (Bytef *)unpacked;
        unpacker.avail_out = sizeof unpacked;
        int result = inflate(&unpacker, Z_SYNC_FLUSH);
        if (result != Z_OK && result != Z_BUF_ERROR)
            die("inflate");
        read_ids(unpacked, sizeof unpacked - unpacker.avail_out);
    }
}

/* The body of an answer in chunks, without their heads, of a stream that is watched. */
static void watch_chunks(const char *at, size_t size) {
    static char text[32];
    static size_t text_at, left;
    static enum { HEAD, LENGTH, BODY } where;
    while (size > 0) {
        if (where == BODY && left > 2) { /* two more end the chunk */
            size_t part = left - 2 < size ? left - 2 : size;
            watch(at, part);
            at += part, size -= part, left -= part;
        } else if (where == BODY) {
            at++, size--;
            where = --left == 0 ? LENGTH : BODY;
        } else {
            text[text_at] = *at++, size--;
            text_at += text_at < sizeof text - 2;
            text[text_at] = '\0';
            if (where == HEAD && strstr(text, "\r\n\r\n") != NULL)
                where = LENGTH, text_at = 0;
            else if (where == HEAD && text_at > 4)
                memmove(text, text + text_at - 4, 5), text_at = 4;
            else if (where == LENGTH && text[text_at - 1] == '\n')
                left = strtoul(text, NULL, 16) + 2, where = BODY, text_at = 0;
        }
    }
}

static void take_page(struct client *client, const char *at, size_t size) {
    if (client->left == 0) { /* in the head */
        size_t room = HEAD_MAX - client->head, part = size < room ? size : room;
        memcpy(client->text + client->head, at, part);
        client->head += part;
        client->text[client->head] = '\0';
        char *end = strstr(client->text, "\r\n\r\n"),
             *length = strcasestr(client->text, "Content-Length:");
        if (end == NULL || length == NULL || strncmp(client->text, "HTTP/1.1 200", 12) != 0)
            die("an answer");
        size_t body = client->head - (size_t)(end + 4 - client->text) + (size - part);
        client->left = strtoul(length + 15, NULL, 10) - body;
    } else {
        client->left -= size;
    }
    if (client->left > 0)
        return;
    if (pages < SAMPLES)
        took_us[pages] = (uint32_t)(now_us() - client->asked_us);
    pages++;
    client->head = 0;
    client->asked = false;
    client->due_us = client->asked_us + PERIOD_MS * 1000;
}

/* One read an event: what is left is told again. */
static void take(struct client *client) {
    ssize_t size = recv(client->file, buffer, sizeof buffer, 0);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (size <= 0)
        die("a connection ended");
    bytes += (uint64_t)size;
    if (client->stream) {
        client->greeted = true;
        client->bytes += (uint64_t)size;
        count_events(client, buffer, (size_t)size);
        if (client == watched)
            watch_chunks(buffer, (size_t)size);
    } else {
        take_page(client, buffer, (size_t)size);
    }
}

static void turn(struct client *clients, size_t count) {
    struct epoll_event got[EVENTS];
    int64_t now = now_us();
    for (size_t i = 0; i < count; i++)
        if (!clients[i].stream && !clients[i].asked && clients[i].due_us <= now)
            ask(&clients[i], "shelters?limit=100");
    int some = epoll_wait(poller, got, EVENTS, 10);
    for (int i = 0; i < some; i++)
        take(got[i].data.ptr);
}

static int by_value(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static double processor_s(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
           (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

static bool all_greeted(const struct client *clients, size_t streams) {
    for (size_t i = 0; i < streams; i++)
        if (!clients[i].greeted)
            return false;
    return true;
}

int main(int argc, char **argv) {
    if (argc < 5) {
        fprintf(stderr, "usage: http_crowd PORT STREAMS READERS SECONDS [plain] [records]\n");
        return 64;
    }
    size_t streams = strtoul(argv[2], NULL, 10), readers = strtoul(argv[3], NULL, 10);
    double seconds = strtod(argv[4], NULL);
    for (int i = 5; i < argc; i++) {
        plain = plain || strcmp(argv[i], "plain") == 0;
        records = records || strcmp(argv[i], "records") == 0;
    }
    if (inflateInit2(&unpacker, 15 + 16) != Z_OK)
        die("inflateInit2");
    poller = epoll_create1(EPOLL_CLOEXEC);
    struct client *clients = calloc(streams + readers, sizeof *clients);
    if (poller < 0 || clients == NULL)
        die("memory");
    watched = records && streams > 0 ? &clients[0] : NULL;
    for (size_t i = 0; i < streams + readers; i++) {
        open_client(&clients[i], (uint16_t)strtoul(argv[1], NULL, 10));
        clients[i].stream = i < streams;
        clients[i].due_us =
            now_us() + (int64_t)(i * PERIOD_MS * 1000 / (readers + 1)) % (PERIOD_MS * 1000);
        if (clients[i].stream)
            ask(&clients[i], records ? "events?view=records" : "events");
    }
    while (!all_greeted(clients, streams))
        turn(clients, streams);
    printf("ready\n");
    fflush(stdout);
    events = bytes = pages = 0;
    first_id = last_id;
    double before = processor_s();
    int64_t start = now_us();
    while ((double)(now_us() - start) < seconds * 1e6)
        turn(clients, streams + readers);
    double took = (double)(now_us() - start) / 1e6;
    size_t samples = pages < SAMPLES ? pages : SAMPLES;
    qsort(took_us, samples, sizeof *took_us, by_value);
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t i = 0; i < streams; i++) {
        least = clients[i].bytes < least ? clients[i].bytes : least;
        most = clients[i].bytes > most ? clients[i].bytes : most;
    }
    printf("{\"events_per_stream\": %.2f, \"megabytes\": %.2f, \"records\": %.0f, "
           "\"least_of_most\": %.3f, \"pages\": %.1f, \"page_p50_ms\": %.1f, \"page_p99_ms\": "
           "%.1f, \"processor\": %.4f}\n",
           (double)events / (double)streams / took, (double)bytes / took / 1e6,
           (double)(last_id - first_id) / took, most == 0 ? 0 : (double)least / (double)most,
           (double)pages / took, samples == 0 ? 0 : took_us[samples / 2] / 1e3,
           samples == 0 ? 0 : took_us[samples * 99 / 100] / 1e3, (processor_s() - before) / took);
    return 0;
}
