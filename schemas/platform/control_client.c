#include "schemas/platform/control.h"

#include "schemas/limits.h"
#include "schemas/platform/clock.h"
#include "schemas/platform/control_address.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

/* A program that hangs takes neither a client in nor its request out of the socket. */
enum { READ_BYTES = 65536, SEND_S = 20, TRY_AGAIN_MS = 20 };

struct control_client {
    int fd;
    char *bytes;
    size_t size, room;
};

static int connect_error(void) {
    switch (errno) {
    case ENOENT:
    case ECONNREFUSED:
        return HV_ERR_NOT_FOUND;
    case EACCES:
    case EPERM:
        return HV_ERR_PERMISSION;
    case EAGAIN: /* its queue is full, and stays so */
        return HV_ERR_BUSY;
    default:
        return HV_ERR_IO;
    }
}

static int open_socket(void) {
    const struct timeval most = {.tv_sec = SEND_S};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        (void)!setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
    return fd;
}

int control_connect(const char *path, struct control_client **ret_client) {
    struct sockaddr_un address;
    int folder = -1;
    int error = control_address(path, &address, &folder);
    if (error != HV_OK)
        return error;
    struct control_client *client = calloc(1, sizeof *client);
    int fd = open_socket();
    if (client == NULL)
        error = HV_ERR_MEMORY;
    else if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        error = connect_error();
    if (folder >= 0)
        close(folder);
    if (error != HV_OK) {
        if (fd >= 0)
            close(fd);
        free(client);
        return error;
    }
    client->fd = fd;
    *ret_client = client;
    return HV_OK;
}

static bool has_folder(const char *path) {
    char copy[PATH_MAX];
    struct stat info;
    return snprintf(copy, sizeof copy, "%s", path) < (int)sizeof copy &&
           stat(dirname(copy), &info) == 0 && S_ISDIR(info.st_mode);
}

int control_connect_within(const char *path, int patience_ms, struct control_client **ret_client) {
    const uint64_t until = clock_real_ms() + (uint64_t)patience_ms;
    int error = control_connect(path, ret_client);
    while (error == HV_ERR_NOT_FOUND && has_folder(path) && clock_real_ms() < until) {
        poll(NULL, 0, TRY_AGAIN_MS);
        error = control_connect(path, ret_client);
    }
    return error;
}

void control_close(struct control_client *client) {
    if (client == NULL)
        return;
    close(client->fd);
    free(client->bytes);
    free(client);
}

static int send_line(int fd, const json_t *request) {
    char *text = json_dumps(request, JSON_COMPACT);
    if (text == NULL)
        return HV_ERR_MEMORY;
    size_t size = strlen(text);
    text[size++] = '\n'; /* over the NUL: the size goes with it from here on */
    int error = size > HV_CONTROL_REQUEST_BYTES_MAX ? HV_ERR_LIMIT : HV_OK;
    for (size_t done = 0; error == HV_OK && done < size;) {
        ssize_t part = send(fd, text + done, size - done, MSG_NOSIGNAL);
        if (part > 0)
            done += (size_t)part;
        else if (errno != EINTR)
            error = errno == EAGAIN ? HV_ERR_TIMEOUT : HV_ERR_CLOSED;
    }
    free(text);
    return error;
}

static int make_room(struct control_client *client) {
    if (client->room - client->size >= READ_BYTES)
        return HV_OK;
    if (client->size > HV_CONTROL_REPLY_BYTES_MAX)
        return HV_ERR_LIMIT;
    size_t room = client->room == 0 ? READ_BYTES : client->room * 2;
    char *bytes = realloc(client->bytes, room);
    if (bytes == NULL)
        return HV_ERR_MEMORY;
    client->bytes = bytes;
    client->room = room;
    return HV_OK;
}

/* Receives something before `until_ms` on the real clock (0: for ever). */
static int receive(struct control_client *client, uint64_t until_ms) {
    int wait_ms = -1;
    if (until_ms > 0) {
        uint64_t now_ms = clock_real_ms();
        wait_ms = now_ms < until_ms ? (int)(until_ms - now_ms) : 0;
    }
    struct pollfd item = {.fd = client->fd, .events = POLLIN};
    int ready = poll(&item, 1, wait_ms);
    if (ready == 0)
        return HV_ERR_TIMEOUT;
    if (ready < 0)
        return errno == EINTR ? HV_OK : HV_ERR_IO;
    int error = make_room(client);
    if (error != HV_OK)
        return error;
    ssize_t part = recv(client->fd, client->bytes + client->size, client->room - client->size, 0);
    if (part <= 0)
        return part < 0 && errno == EINTR ? HV_OK : HV_ERR_CLOSED;
    client->size += (size_t)part;
    return HV_OK;
}

int control_call(struct control_client *client, const json_t *request, int timeout_ms,
                 json_t **ret_reply) {
    uint64_t until_ms = timeout_ms < 0 ? 0 : clock_real_ms() + (uint64_t)timeout_ms + 1;
    int error = send_line(client->fd, request);
    size_t seen = 0;
    char *end = NULL;
    while (error == HV_OK && end == NULL) {
        if (client->size > seen)
            end = memchr(client->bytes + seen, '\n', client->size - seen);
        seen = client->size;
        if (end == NULL)
            error = receive(client, until_ms);
    }
    if (error != HV_OK)
        return error;
    size_t length = (size_t)(end - client->bytes);
    json_t *reply = json_loadb(client->bytes, length, JSON_ALLOW_NUL, NULL);
    client->size -= length + 1;
    memmove(client->bytes, end + 1, client->size);
    if (!json_is_object(reply)) {
        json_decref(reply);
        return HV_ERR_FORMAT;
    }
    *ret_reply = reply;
    return HV_OK;
}
