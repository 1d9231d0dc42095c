/* The tables of the interface, one for each list of schemas/openapi.yaml. Internal to
 * coordinator/api. */
#ifndef COORDINATOR_API_API_TABLES_H
#define COORDINATOR_API_API_TABLES_H

#include "coordinator/api/api_table.h"

/* api_places.c */
enum { /* columns of zones */
       API_ZONE_PEOPLE = 5,
       API_ZONE_REMAINING = 7, /* not arrived and not elsewhere */
       API_ZONE_ON_WAY = 8,    /* of these */
       API_ZONE_OVERDUE = 9,
       API_ZONE_SWEPT = 10,
       API_ZONE_HIT = 11
}; /* a hazard names it */

extern const struct api_table api_shelters, api_depots, api_zones, api_nodes;

/* api_lists.c; stock and items want api_goods_refresh first */
extern const struct api_table api_links, api_stock, api_items, api_requests, api_orders;

/* One answer of the console, and the thing `member` in it (NULL: the whole), the caller's; NULL: it
 * refused, and *ret_refusal (may be NULL) is its answer, the caller's too. */
json_t *api_ask(const struct api_scene *scene, json_t *request, const char *member,
                json_t **ret_refusal);

#endif
