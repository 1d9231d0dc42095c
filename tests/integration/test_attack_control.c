/* The control sockets of coordinator and node under garbage, floods and clients that do not read:
 * the daemon goes on, and says what is wrong. */
#include "schemas/limits.h"
#include "tests/support/sanitized.h"
#include "tests/support/site.h"

#include <criterion/criterion.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { CLIENTS = 480, CROWD = 700, TARGETS = 2 };

static struct city city;
static struct site site;
static char sockets[TARGETS][640];

static void begin(void) {
    city_found(&city);
    site_found(&site, &city, "S1");
    snprintf(sockets[0], sizeof sockets[0], "%s/control.sock", city.dir);
    snprintf(sockets[1], sizeof sockets[1], "%s", site.socket);
}

static void end(void) {
    if (site.node.pid > 0)
        cr_expect_eq(process_stop(&site.node), 0);
    if (city.coordinator.pid > 0)
        city_close(&city);
}

TestSuite(attack_control, .init = begin, .fini = end, .timeout = 60);

static int open_raw(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = 10};
    cr_assert_lt(strlen(path), sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return fd;
}

static void say(int fd, const char *bytes, size_t size) {
    while (size > 0) {
        ssize_t part = send(fd, bytes, size, MSG_NOSIGNAL);
        if (part <= 0)
            return; /* cut off, as it may be */
        bytes += part;
        size -= (size_t)part;
    }
}

/* One line of reply, without its end; "" where the connection was ended. */
static void hear(int fd, char *line, size_t room) {
    size_t size = 0;
    while (size + 1 < room && recv(fd, line + size, 1, 0) == 1 && line[size] != '\n')
        size++;
    line[size] = '\0';
}

static void answers(const char *path) {
    json_t *reply = socket_ask(path, json_pack("{s:s}", "verb", "ping"));
    cr_assert_not_null(reply, "%s does not answer", path);
    cr_assert(json_is_true(json_object_get(reply, "ok")));
    json_decref(reply);
}

static bool answers_again(void *context) {
    json_t *reply = socket_ask(context, json_pack("{s:s}", "verb", "ping"));
    json_decref(reply);
    return reply != NULL;
}

/* ---- garbage ---- */

Test(attack_control, garbage_is_answered_as_an_error_and_the_connection_goes_on) {
    static const char *const garbage[] = {"garbage\n",
                                          "[]\n",
                                          "42\n",
                                          "{\"verb\": 7}\n",
                                          "{\"verb\": \"no such\"}\n",
                                          "{\"verb\":\n",
                                          "{}\n",
                                          "\"\xff\xfe\"\n",
                                          "{\"verb\": null}\n",
                                          "\n",
                                          "{\"a\": 1, \"a\": 2}\n"};
    for (int t = 0; t < TARGETS; t++) {
        int fd = open_raw(sockets[t]);
        for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
            char line[4096];
            say(fd, garbage[i], strlen(garbage[i]));
            hear(fd, line, sizeof line);
            cr_assert_not_null(strstr(line, "\"ok\":false"), "%s was answered: %s", garbage[i],
                               line);
            cr_assert_not_null(strstr(line, "\"error\""), "%s", line);
        }
        close(fd);
        answers(sockets[t]);
    }
}

/* What is repeated in an answer is cut to fit, which may be in the middle of a letter. */
Test(attack_control, long_names_in_any_script_are_answered_too) {
    static const char *const before[TARGETS][2] = {
        {"{\"verb\": \"road\", \"link\": \"", "\", \"closed\": true}"},
        {"{\"verb\": \"check-in\", \"people\": {\"", "\": 1}}"}};
    for (int t = 0; t < TARGETS; t++)
        for (size_t ascii = 0; ascii < 4; ascii++)
            for (int member = 0; member < 2; member++) {
                char request[2048], line[4096];
                size_t size = (size_t)snprintf(
                    request, sizeof request, "%s%.*s",
                    member != 0 ? "{\"verb\": \"ping\", \"" : before[t][0], (int)ascii, "aaaa");
                for (int i = 0; i < 200; i++)
                    size += (size_t)snprintf(request + size, sizeof request - size, "河");
                snprintf(request + size, sizeof request - size, "%s\n",
                         member != 0 ? "\": 1}" : before[t][1]);
                int fd = open_raw(sockets[t]);
                say(fd, request, strlen(request));
                hear(fd, line, sizeof line);
                if (member != 0 || t != 0) /* without a region any road may be closed */
                    cr_assert_not_null(strstr(line, "\"ok\":false"), "%s: %s", request, line);
                cr_assert_not_null(strstr(line, "\"ok\""), "%s: %s", request, line);
                close(fd);
            }
}

Test(attack_control, random_bytes_and_deep_nesting_do_no_harm) {
    enum { BYTES = 1 << 20 };
    unsigned seed = 20261123;
    char *bytes = malloc(BYTES);
    cr_assert_not_null(bytes);
    for (int t = 0; t < TARGETS; t++)
        for (int round = 0; round < 6; round++) {
            for (size_t i = 0; i < BYTES; i++)
                bytes[i] = round < 2 ? "[{\"a\":"[round == 0 ? 0 : i % 6] : (char)rand_r(&seed);
            bytes[BYTES - 1] = '\n';
            int fd = open_raw(sockets[t]);
            say(fd, bytes, round < 2 ? BYTES : BYTES / 16);
            close(fd); /* replies are not waited for */
            answers(sockets[t]);
        }
    free(bytes);
}

Test(attack_control, a_request_that_is_too_large_is_refused_and_its_connection_ended) {
    size_t size = HV_CONTROL_REQUEST_BYTES_MAX + (1u << 20);
    char *bytes = malloc(size), line[4096];
    cr_assert_not_null(bytes);
    memset(bytes, 'x', size);
    for (int t = 0; t < TARGETS; t++) {
        int fd = open_raw(sockets[t]);
        say(fd, bytes, HV_CONTROL_REQUEST_BYTES_MAX + 1);
        hear(fd, line, sizeof line);
        cr_assert_not_null(strstr(line, "\"limit\""), "answered: %s", line);
        cr_assert_leq(recv(fd, line, 1, 0), 0, "the connection goes on");
        close(fd);
        answers(sockets[t]);
    }
    free(bytes);
}

/* ---- crowds ---- */

Test(attack_control, hundreds_of_clients_with_half_a_request_leave_room_for_others) {
    static int files[CLIENTS];
    for (int t = 0; t < TARGETS; t++) {
        for (int i = 0; i < CLIENTS; i++) {
            files[i] = open_raw(sockets[t]);
            say(files[i], "{\"verb\": \"pi", 12);
        }
        answers(sockets[t]);
        for (int i = 0; i < CLIENTS; i++) {
            char line[4096];
            say(files[i], "ng\"}\n", 5);
            hear(files[i], line, sizeof line);
            cr_assert_not_null(strstr(line, "\"ok\":true"), "client %d: %s", i, line);
            close(files[i]);
        }
        answers(sockets[t]);
    }
}

Test(attack_control, more_clients_than_are_served_are_turned_away_until_some_have_left) {
    static int files[CROWD];
    for (int t = 0; t < TARGETS; t++) {
        for (int i = 0; i < CROWD; i++)
            files[i] = open_raw(sockets[t]);
        for (int i = 0; i < CROWD; i++)
            close(files[i]);
        await(answers_again, sockets[t], 10000, "the daemon answers when the crowd has left");
    }
}

/* ---- slow readers ---- */

static size_t memory_kib(pid_t pid) {
    char path[64], line[256];
    size_t kib = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    cr_assert_not_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "VmRSS: %zu", &kib) == 1)
            break;
    fclose(file);
    return kib;
}

Test(attack_control, clients_that_do_not_read_hold_up_nobody_and_little_memory) {
    enum { READERS = 50, REQUESTS = 2000 };
    static const char help[] = "{\"verb\": \"status\"}\n";
    int files[READERS];
    pid_t pids[TARGETS] = {city.coordinator.pid, site.node.pid};
    for (int t = 0; t < TARGETS; t++) {
        size_t before = memory_kib(pids[t]);
        for (int i = 0; i < READERS; i++) {
            files[i] = open_raw(sockets[t]);
            fcntl(files[i], F_SETFL, O_NONBLOCK);
            for (int n = 0; n < REQUESTS; n++)
                say(files[i], help, sizeof help - 1);
            answers(sockets[t]);
        }
        size_t after = memory_kib(pids[t]);
        cr_assert(SANITIZED || after < before + 64 * 1024, "memory grew from %zu to %zu KiB",
                  before, after);
        for (int i = 0; i < READERS; i++)
            close(files[i]);
        answers(sockets[t]);
    }
}
