#include "tests/support/site.h"

#include "schemas/platform/clock.h"
#include "schemas/platform/control.h"

#include <criterion/criterion.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { REPLY_MS = 20000, AGAIN_MS = 20 };

/* ---- founding ---- */

void site_start(struct site *site) {
    char program[1024];
    build_path("bin/haven-node", program, sizeof program);
    const char *const argv[] = {program, "run", site->dir, NULL};
    daemon_start(&site->node, argv, site->log);
}

void site_found(struct site *site, const struct city *city, const char *id) {
    char program[1024], *key = NULL;
    *site = (struct site){.attempted = 0};
    snprintf(site->id, sizeof site->id, "%s", id);
    snprintf(site->dir, sizeof site->dir, "%.500s/%s", city->top, id);
    snprintf(site->log, sizeof site->log, "%s.log", site->dir);
    snprintf(site->socket, sizeof site->socket, "%s/control.sock", site->dir);
    build_path("bin/haven-node", program, sizeof program);
    const char *const argv[] = {program,  "init",    site->dir,      "--id",           id,
                                "--role", "shelter", "--deployment", city->invitation, NULL};
    cr_assert_eq(program_run(argv, site->log, &key), 0, "haven-node init: see %s", site->log);
    key[strcspn(key, "\n")] = '\0';
    json_decref(city_ask(city, "enroll", id, "--role", "shelter", "--key", key, NULL));
    free(key);
    site_start(site);
}

/* ---- staff ---- */

static int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    cr_assert_lt(strlen(path), sizeof address.sun_path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    cr_assert(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0, "%s", path);
    return fd;
}

static const char entry[] = "{\"verb\": \"check-in\", \"people\": {\"adult\": 1}}\n";

void staff_enter(struct staff *staff, struct site *site, unsigned entries) {
    *staff = (struct staff){.site = site, .fd = connect_to(site->socket), .left = entries};
    for (unsigned i = 0; i < entries; i++)
        cr_assert_eq(send(staff->fd, entry, sizeof entry - 1, MSG_NOSIGNAL), sizeof entry - 1);
    site->attempted += entries;
}

bool staff_enter_next(struct staff *staff) {
    staff->site->attempted++;
    staff->left++;
    bool sent = send(staff->fd, entry, sizeof entry - 1, MSG_NOSIGNAL) == sizeof entry - 1;
    if (sent)
        staff_read(staff, staff->left);
    return sent && staff->left == 0;
}

static bool read_more(struct staff *staff) {
    ssize_t part =
        recv(staff->fd, staff->text + staff->size, sizeof staff->text - 1 - staff->size, 0);
    if (part <= 0)
        return false;
    staff->size += (size_t)part;
    staff->text[staff->size] = '\0';
    return true;
}

static void take_reply(struct staff *staff, char *end) {
    *end = '\0';
    staff->site->accepted += strstr(staff->text, "\"ok\":true") != NULL;
    staff->size -= (size_t)(end + 1 - staff->text);
    memmove(staff->text, end + 1, staff->size + 1);
    staff->left--;
}

void staff_read(struct staff *staff, unsigned replies) {
    for (unsigned until = staff->left > replies ? staff->left - replies : 0; staff->left > until;) {
        char *end = staff->size == 0 ? NULL : strchr(staff->text, '\n');
        if (end != NULL)
            take_reply(staff, end);
        else if (!read_more(staff))
            return;
    }
}

void staff_end(struct staff *staff) {
    staff_read(staff, staff->left);
    close(staff->fd);
}

/* ---- asking ---- */

json_t *socket_ask(const char *path, json_t *request) {
    struct control_client *client;
    json_t *reply = NULL;
    if (control_connect(path, &client) == 0) {
        if (control_call(client, request, REPLY_MS, &reply) != 0)
            reply = NULL;
        control_close(client);
    }
    json_decref(request);
    return reply;
}

json_t *site_ask(const struct site *site, const char *verb) {
    return socket_ask(site->socket, json_pack("{s:s}", "verb", verb));
}

json_t *city_call(const struct city *city, const char *verb) {
    char path[600];
    snprintf(path, sizeof path, "%s/control.sock", city->dir);
    return socket_ask(path, json_pack("{s:s}", "verb", verb));
}

static json_int_t number(const json_t *object, const char *member) {
    return json_integer_value(json_object_get(object, member));
}

uint64_t site_waiting(const struct site *site) {
    json_t *status = site_ask(site, "status");
    cr_assert_not_null(status, "%s does not answer", site->id);
    json_t *lanes = json_object_get(status, "lanes");
    json_int_t waiting = number(json_object_get(lanes, "history"), "waiting") +
                         number(json_object_get(lanes, "present"), "waiting");
    json_decref(status);
    return (uint64_t)waiting;
}

bool site_link_is(const struct site *site, const char *state) {
    json_t *status = site_ask(site, "status");
    cr_assert_not_null(status, "%s does not answer", site->id);
    const char *is = json_string_value(json_object_get(json_object_get(status, "link"), "state"));
    bool same = is != NULL && strcmp(is, state) == 0;
    json_decref(status);
    return same;
}

static const json_t *find(const json_t *list, const char *id) {
    const json_t *item;
    size_t index;
    json_array_foreach(list, index, item) {
        const char *is = json_string_value(json_object_get(item, "id"));
        if (is != NULL && strcmp(is, id) == 0)
            return item;
    }
    return NULL;
}

json_int_t city_people(const struct city *city, const char *place) {
    json_t *reply = city_call(city, "shelters");
    cr_assert_not_null(reply, "the coordinator does not answer");
    const json_t *people =
        json_object_get(find(json_object_get(reply, "shelters"), place), "people");
    json_int_t total = json_is_object(people) ? number(people, "total") : -1;
    json_decref(reply);
    return total;
}

json_int_t city_node(const struct city *city, const char *node, const char *member) {
    json_t *reply = city_call(city, "nodes");
    cr_assert_not_null(reply, "the coordinator does not answer");
    json_int_t figure = number(find(json_object_get(reply, "nodes"), node), member);
    json_decref(reply);
    return figure;
}

/* People in the node's own records, each counted where it stands. */
static uint64_t people_recorded(const struct site *site) {
    uint64_t people = 0;
    json_int_t from = 1;
    while (from > 0) {
        json_t *page = socket_ask(site->socket,
                                  json_pack("{s:s, s:I}", "verb", "records", "from", from)),
               *record;
        size_t index;
        cr_assert_not_null(page);
        json_array_foreach(json_object_get(page, "records"), index, record) {
            json_t *report = json_object_get(record, "report");
            people += (uint64_t)number(json_object_get(report, "people"), "adult");
            cr_assert_str_eq(json_string_value(json_object_get(record, "state")), "acknowledged");
        }
        from = number(page, "next");
        json_decref(page);
    }
    return people;
}

void site_check_entries(struct site *site, const struct city *city, unsigned unanswered_max) {
    uint64_t people = (uint64_t)city_people(city, site->id);
    cr_assert_geq(people, site->accepted, "%s: staff were told that %llu are stored, %llu are",
                  site->id, (unsigned long long)site->accepted, (unsigned long long)people);
    cr_assert_leq(people, site->attempted, "%s: %lld people of %llu ever entered", site->id,
                  (long long)people, (unsigned long long)site->attempted);
    cr_assert_eq(people, people_recorded(site), "%s: picture and records differ", site->id);
    cr_assert_eq((uint64_t)city_node(city, site->id, "history"), people);
    cr_assert_leq(people - site->accepted, (uint64_t)unanswered_max,
                  "at most the one in hand at each end");
}

/* ---- waiting ---- */

/* There is no event for what is seen from outside only; so the next question a moment later. */
void await(holds *it, void *context, int timeout_ms, const char *what) {
    for (uint64_t until = clock_real_ms() + (uint64_t)timeout_ms; !it(context);) {
        cr_assert_lt(clock_real_ms(), until, "in vain: %s", what);
        poll(NULL, 0, AGAIN_MS);
    }
}

static bool is_delivered(void *context) {
    return site_waiting(context) == 0;
}

void site_await_delivered(struct site *site, int timeout_ms) {
    await(is_delivered, site, timeout_ms, "all reports are acknowledged");
}

struct wanted {
    const struct site *site;
    const char *state;
};

static bool link_is(void *context) {
    const struct wanted *wanted = context;
    return site_link_is(wanted->site, wanted->state);
}

void site_await_link(struct site *site, const char *state, int timeout_ms) {
    struct wanted wanted = {site, state};
    await(link_is, &wanted, timeout_ms, state);
}
