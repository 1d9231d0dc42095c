#include "schemas/platform/control.h"
#include "schemas/platform/control_address.h"
#include "schemas/platform/clock.h"
#include "tests/support/scratch.h"

#include <criterion/criterion.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A server that answers "add", holds "later" back until "now" comes on any connection, and stops at
 * "stop". */
struct fixture {
    char *dir;
    const char *path;
    pthread_t thread;
    uint64_t held;
    bool stop;
    zloop_t *loop;
    struct control_server *server;
};

static void serve_test(void *context, struct control_server *server, uint64_t token,
                       const json_t *request) {
    struct fixture *fixture = context;
    const char *verb = json_string_value(json_object_get(request, "verb"));
    if (verb == NULL) {
        control_reply_error(server, token, HV_ERR_VALUE, "no verb", "name one");
    } else if (strcmp(verb, "add") == 0) {
        json_int_t a = json_integer_value(json_object_get(request, "a"));
        control_reply(server, token, json_pack("{s:I}", "sum", a + 1));
    } else if (strcmp(verb, "big") == 0) {
        char *text = calloc(1, 3u << 20);
        memset(text, 'x', (3u << 20) - 1);
        control_reply(server, token, json_pack("{s:s}", "text", text));
        free(text);
    } else if (strcmp(verb, "later") == 0) {
        fixture->held = token;
    } else if (strcmp(verb, "now") == 0) {
        control_reply(server, fixture->held, json_pack("{s:s}", "was", "later"));
        control_reply(server, token, json_object());
    } else {
        fixture->stop = true;
        control_reply(server, token, json_object());
    }
}

static int stop_when_asked(zloop_t *loop, int timer, void *context) {
    (void)loop, (void)timer;
    return ((struct fixture *)context)->stop ? -1 : 0;
}

static void *run(void *context) {
    zloop_start(((struct fixture *)context)->loop);
    return NULL;
}

static struct fixture fixture;

static void set_up(void) {
    fixture = (struct fixture){.dir = scratch_make()};
    fixture.path = strdup(scratch_path(fixture.dir, "control.sock"));
    zsys_handler_set(NULL);
    fixture.loop = zloop_new();
    zloop_timer(fixture.loop, 5, 0, stop_when_asked, &fixture);
    cr_assert_eq(
        control_server_new(fixture.loop, fixture.path, serve_test, &fixture, &fixture.server),
        HV_OK);
    cr_assert_eq(pthread_create(&fixture.thread, NULL, run, &fixture), 0);
}

static json_t *call(struct control_client *client, const char *request) {
    json_t *parsed = json_loads(request, 0, NULL), *reply = NULL;
    cr_assert_eq(control_call(client, parsed, 10000, &reply), HV_OK);
    json_decref(parsed);
    return reply;
}

static void tear_down(void) {
    struct control_client *client = NULL;
    cr_assert_eq(control_connect(fixture.path, &client), HV_OK);
    json_decref(call(client, "{\"verb\": \"stop\"}"));
    control_close(client);
    pthread_join(fixture.thread, NULL);
    control_server_free(fixture.server);
    zloop_destroy(&fixture.loop);
    cr_assert_neq(access(fixture.path, F_OK), 0, "the socket was left behind");
    free((char *)fixture.path);
    scratch_remove(fixture.dir);
}

TestSuite(control, .init = set_up, .fini = tear_down, .timeout = 60);

static void *serve_late(void *ret_fd) {
    struct sockaddr_un address;
    int folder = -1, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(control_address(scratch_path(fixture.dir, "late"), &address, &folder), HV_OK);
    cr_assert_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    cr_assert_eq(listen(fd, 1), 0);
    *(int *)ret_fd = fd;
    return NULL;
}

Test(control, waits_for_who_is_being_started_and_not_where_there_is_no_folder) {
    struct control_client *client = NULL;
    char *late = strdup(scratch_path(fixture.dir, "late")),
         *nowhere = strdup(scratch_path(fixture.dir, "none/socket"));
    uint64_t began = clock_real_ms();
    cr_assert_eq(control_connect_within(late, 60, &client), HV_ERR_NOT_FOUND);
    cr_assert_geq(clock_real_ms() - began, 60);
    cr_assert_eq(control_connect_within(nowhere, 3600000, &client), HV_ERR_NOT_FOUND);
    pthread_t server;
    int fd = -1;
    cr_assert_eq(pthread_create(&server, NULL, serve_late, &fd), 0);
    cr_assert_eq(control_connect_within(late, 3600000, &client), HV_OK);
    pthread_join(server, NULL);
    control_close(client);
    close(fd);
    free(late);
    free(nowhere);
}

Test(control, answers_requests_of_one_connection_in_order) {
    struct control_client *client = NULL;
    cr_assert_eq(control_connect(fixture.path, &client), HV_OK);
    for (int i = 0; i < 100; i++) {
        char request[64];
        snprintf(request, sizeof request, "{\"verb\": \"add\", \"a\": %d}", i);
        json_t *reply = call(client, request);
        cr_assert(json_is_true(json_object_get(reply, "ok")));
        cr_assert_eq(json_integer_value(json_object_get(reply, "sum")), i + 1);
        json_decref(reply);
    }
    control_close(client);
}

Test(control, turns_a_client_away_where_descriptors_have_run_out) {
    struct rlimit before, none;
    struct sockaddr_un address;
    struct control_client *client = NULL;
    int folder = -1;
    char byte;
    cr_assert_eq(control_connect(fixture.path, &client), HV_OK);
    json_decref(call(client, "{\"verb\": \"add\", \"a\": 1}")); /* the server runs */
    cr_assert_eq(control_address(fixture.path, &address, &folder), HV_OK);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int lowest = dup(fd); /* the first number that is free; all below it are taken */
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)lowest;
    close(lowest);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    struct pollfd item = {.fd = fd, .events = POLLIN};
    cr_assert_eq(poll(&item, 1, 30000), 1, "the client is left waiting");
    cr_assert_leq(recv(fd, &byte, 1, 0), 0);
    json_decref(call(client, "{\"verb\": \"add\", \"a\": 2}")); /* who is there is served */
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    close(fd);
    control_close(client);
}

/* In the way of the C library's: how often the server asked for the next client, and a machine
 * where nothing gives the server its spare descriptor back. */
static atomic_uint accepts;
static atomic_bool no_spare;

int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict size, int flags) {
    atomic_fetch_add(&accepts, 1);
    return (int)syscall(SYS_accept4, fd, address.__sockaddr__, size, flags);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (atomic_load(&no_spare) && strcmp(path, "/dev/null") == 0) {
        errno = EMFILE;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static int connect_raw(const struct sockaddr_un *address) {
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert_eq(connect(fd, (const struct sockaddr *)address, sizeof *address), 0);
    return fd;
}

Test(control, rests_where_nobody_can_be_taken_in_nor_turned_away) {
    enum { REQUESTS = 1000 };
    static const char request[] = "{\"verb\": \"add\", \"a\": 1}\n";
    struct rlimit before, none;
    struct sockaddr_un address;
    struct control_client *client = NULL;
    int folder = -1;
    char bytes[64];
    cr_assert_eq(control_connect(fixture.path, &client), HV_OK);
    json_decref(call(client, "{\"verb\": \"add\", \"a\": 1}")); /* the server runs */
    cr_assert_eq(control_address(fixture.path, &address, &folder), HV_OK);
    int first = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), second = dup(first);
    close(second);
    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)second + 1; /* room for one more of ours only */
    atomic_store(&no_spare, true);
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    second = connect_raw(&address); /* turned away, and the spare is gone */
    struct pollfd item = {.fd = second, .events = POLLIN};
    cr_assert_eq(poll(&item, 1, 30000), 1, "the client is left waiting");
    cr_assert_leq(recv(second, bytes, 1, 0), 0);
    int filler = dup(second); /* in the place of the spare */
    cr_assert(filler >= 0 && filler < second);
    cr_assert_eq(connect(first, (struct sockaddr *)&address, sizeof address), 0);
    atomic_store(&accepts, 0);
    for (int i = 0; i < REQUESTS; i++)
        json_decref(call(client, "{\"verb\": \"add\", \"a\": 2}"));
    cr_assert_lt(atomic_load(&accepts), REQUESTS / 2, "it asks at each turn of the loop");
    cr_assert_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    cr_assert_eq(send(first, request, sizeof request - 1, MSG_NOSIGNAL), sizeof request - 1);
    item.fd = first;
    cr_assert_eq(poll(&item, 1, 30000), 1, "who waited is taken in when there is room");
    cr_assert_gt(recv(first, bytes, sizeof bytes, 0), 0);
    atomic_store(&no_spare, false);
    close(filler);
    close(second);
    close(first);
    control_close(client);
}

Test(control, answers_later_without_holding_up_others) {
    struct control_client *waits = NULL, *other = NULL;
    cr_assert_eq(control_connect(fixture.path, &waits), HV_OK);
    cr_assert_eq(control_connect(fixture.path, &other), HV_OK);
    json_t *request = json_pack("{s:s}", "verb", "later"), *reply = NULL;
    cr_assert_eq(control_call(waits, request, 50, &reply), HV_ERR_TIMEOUT);
    json_decref(call(other, "{\"verb\": \"add\", \"a\": 1}"));
    json_decref(call(other, "{\"verb\": \"now\"}"));
    json_decref(request);
    control_close(waits);
    control_close(other);
}

Test(control, says_what_is_wrong_with_a_request) {
    struct control_client *client = NULL;
    cr_assert_eq(control_connect(fixture.path, &client), HV_OK);
    json_t *reply = call(client, "{}");
    cr_assert(json_is_false(json_object_get(reply, "ok")));
    cr_assert_str_eq(json_string_value(json_object_get(reply, "error")), "value");
    cr_assert_str_eq(json_string_value(json_object_get(reply, "remedy")), "name one");
    json_decref(reply);
    control_close(client);
}

static int raw_connection(void) {
    struct sockaddr_un address;
    int folder = -1, fd = socket(AF_UNIX, SOCK_STREAM, 0);
    cr_assert_eq(control_address(fixture.path, &address, &folder), HV_OK);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static size_t count_lines(int fd, size_t wanted) {
    size_t lines = 0;
    char bytes[65536];
    ssize_t size;
    while (lines < wanted && (size = recv(fd, bytes, sizeof bytes, 0)) > 0)
        for (ssize_t i = 0; i < size; i++)
            lines += bytes[i] == '\n';
    return lines;
}

Test(control, survives_many_requests_at_once_and_garbage) {
    enum { REQUESTS = 20000 };
    int fd = raw_connection();
    static char block[REQUESTS * 32];
    size_t size = 0;
    for (int i = 0; i < REQUESTS; i++)
        size += (size_t)sprintf(block + size,
                                i % 3 == 0 ? "garbage\n" : "{\"verb\":\"add\",\"a\":1}\n");
    pid_t writer = fork();
    if (writer == 0) {
        for (size_t done = 0; done < size;) {
            ssize_t part = send(fd, block + done, size - done, MSG_NOSIGNAL);
            if (part <= 0)
                _exit(1);
            done += (size_t)part;
        }
        _exit(0);
    }
    cr_assert_eq(count_lines(fd, REQUESTS), REQUESTS);
    close(fd);
}

Test(control, forgets_a_client_that_leaves_before_its_answer) {
    int fd = raw_connection();
    cr_assert_eq(send(fd, "{\"verb\":\"big\"}\n{\"verb\":\"big\"}\n", 30, 0), 30);
    close(fd);
    struct control_client *client = NULL;
    cr_assert_eq(control_connect(fixture.path, &client), HV_OK);
    json_t *reply = call(client, "{\"verb\": \"big\"}");
    cr_assert_eq(strlen(json_string_value(json_object_get(reply, "text"))), (3u << 20) - 1);
    json_decref(reply);
    control_close(client);
}

Test(control, is_for_its_owner_only) {
    struct stat info;
    cr_assert_eq(stat(fixture.path, &info), 0);
    cr_assert_eq(info.st_mode & 0777, 0600);
}

Test(control, will_not_take_a_socket_that_somebody_listens_on) {
    struct control_server *second = NULL;
    zloop_t *loop = zloop_new();
    cr_assert_eq(control_server_new(loop, fixture.path, serve_test, &fixture, &second),
                 HV_ERR_BUSY);
    zloop_destroy(&loop);
}

Test(control_path, may_be_longer_than_a_socket_address) {
    char *dir = scratch_make();
    char path[400];
    snprintf(path, sizeof path, "%s", dir);
    for (int i = 0; i < 3; i++) {
        strcat(path, "/a-folder-with-a-name-that-is-longer-than-most-of-them-are");
        cr_assert_eq(mkdir(path, 0700), 0);
    }
    strcat(path, "/control.sock");
    zloop_t *loop = zloop_new();
    struct control_server *server = NULL;
    cr_assert_eq(control_server_new(loop, path, serve_test, &fixture, &server), HV_OK);
    struct control_client *client = NULL;
    cr_assert_eq(control_connect(path, &client), HV_OK);
    control_close(client);
    control_server_free(server);
    zloop_destroy(&loop);
    scratch_remove(dir);
}
