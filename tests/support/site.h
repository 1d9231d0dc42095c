/* A real node of a city: made by `haven-node init`, enrolled, spoken to through its control socket.
 *
 * Staff enter check-ins of one adult each, so that people can be counted against entries. */
#ifndef TESTS_SUPPORT_SITE_H
#define TESTS_SUPPORT_SITE_H

#include "tests/support/city.h"

#include <stdint.h>

struct site {
    char id[32], dir[600], log[640], socket[640];
    struct process node;
    uint64_t attempted, accepted; /* people whose check-in was sent; and answered ok */
};

/* Makes a shelter of this id, enrols and starts it. */
void site_found(struct site *site, const struct city *city, const char *id);
void site_start(struct site *site);

/* One check-in after the other in one connection, all sent at once. */
struct staff {
    struct site *site;
    int fd;
    unsigned left; /* replies that are still to come */
    char text[4096];
    size_t size;
};
void staff_enter(struct staff *staff, struct site *site, unsigned entries);
void staff_read(struct staff *staff, unsigned replies); /* waits for some of them */
bool staff_enter_next(struct staff *staff); /* one more; false: no answer, it has ended */
void staff_end(struct staff *staff);        /* for all, or the end of the node */

/* Asks through any control socket; the request is taken over. NULL: nobody answered. */
json_t *socket_ask(const char *path, json_t *request);
json_t *site_ask(const struct site *site, const char *verb);
json_t *city_call(const struct city *city, const char *verb); /* `haven` left out */

/* Figures. */
uint64_t site_waiting(const struct site *site);
bool site_link_is(const struct site *site, const char *state);
json_int_t city_people(const struct city *city, const char *place); /* -1: nothing known */
json_int_t city_node(const struct city *city, const char *node, const char *member);

/* All that staff were told is stored is in the coordinator's picture and in the node's records, and
 * nothing counts twice; of what was never answered at most so many entries. Once all is delivered.
 */
void site_check_entries(struct site *site, const struct city *city, unsigned unanswered_max);

/* Asks again until it holds; fails the test after `timeout_ms`, telling `what`. */
typedef bool holds(void *context);
void await(holds *it, void *context, int timeout_ms, const char *what);
void site_await_delivered(struct site *site, int timeout_ms);
void site_await_link(struct site *site, const char *state, int timeout_ms);

#endif
