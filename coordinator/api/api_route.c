/* Which handler answers what. */
#include "coordinator/api/api_inside.h"

#include <string.h>

#define VIEWER ACCOUNT_ROLE(ACCOUNT_VIEWER)
#define SHELTER ACCOUNT_ROLE(ACCOUNT_SHELTER_STAFF)
#define DEPOT ACCOUNT_ROLE(ACCOUNT_DEPOT_STAFF)
#define PLANNER ACCOUNT_ROLE(ACCOUNT_PLANNER)
#define APPROVER ACCOUNT_ROLE(ACCOUNT_APPROVER)
#define CONTROLLER ACCOUNT_ROLE(ACCOUNT_CONTROLLER)
#define ADMINISTRATOR ACCOUNT_ROLE(ACCOUNT_ADMINISTRATOR)
#define ANY ACCOUNT_ANY_ROLE
#define WHO_WORKS (ANY & ~(VIEWER | ADMINISTRATOR))

const struct api_route api_routes[] = {
    {API_GET, "/healthz", 0, api_get_health},
    {API_GET, "/readyz", 0, api_get_ready},
    {API_GET, "/metrics", ANY, api_get_metrics},

    {API_GET, "session", 0, api_get_session},
    {API_POST, "session", 0, api_post_session},
    {API_DELETE, "session", ANY, api_delete_session},
    {API_PUT, "session/password", ANY, api_put_password},
    {API_GET, "accounts", ADMINISTRATOR, api_get_accounts},
    {API_PUT, "accounts/{id}", ADMINISTRATOR, api_put_account},
    {API_DELETE, "accounts/{id}", ADMINISTRATOR, api_delete_account},

    {API_GET, "status", ANY, api_get_status},
    {API_GET, "shelters", ANY, api_get_shelters},
    {API_GET, "shelters/{id}", ANY, api_get_shelter},
    {API_GET, "depots", ANY, api_get_depots},
    {API_GET, "depots/{id}", ANY, api_get_depot},
    {API_GET, "zones", ANY, api_get_zones},
    {API_GET, "zones/{id}", ANY, api_get_zone},
    {API_GET, "nodes", ANY, api_get_nodes},
    {API_GET, "nodes/{id}", ANY, api_get_node},
    {API_POST, "nodes", ADMINISTRATOR, api_post_node},
    {API_DELETE, "nodes/{id}", ADMINISTRATOR, api_delete_node},

    {API_GET, "attention", ANY, api_get_attention},
    {API_PUT, "attention/{id}/owner", WHO_WORKS, api_put_owner},
    {API_DELETE, "attention/{id}/owner", WHO_WORKS, api_delete_owner},
    {API_GET, "network", ANY, api_get_links},
    {API_GET, "network/{id}", ANY, api_get_link},
    {API_GET, "region", ANY, api_get_region},
    {API_GET, "background", ANY, api_get_background},
    {API_GET, "items", ANY, api_get_items},
    {API_GET, "stock", ANY, api_get_stock},
    {API_GET, "requests", ANY, api_get_requests},
    {API_GET, "requests/{id}", ANY, api_get_request},
    {API_GET, "transfers", ANY, api_get_transfers},
    {API_GET, "waybills", ANY, api_get_waybills},
    {API_GET, "supplies", ANY, api_get_supplies},
    {API_GET, "ledger", ANY, api_get_ledger},
    {API_GET, "warnings", ANY, api_get_warnings},
    {API_GET, "hazards", ANY, api_get_hazards},
    {API_GET, "alerts", ANY, api_get_alerts},
    {API_GET, "incidents", ANY, api_get_incidents},
    {API_GET, "notes", ANY, api_get_notes},
    {API_GET, "handovers", ANY, api_get_handovers},
    {API_GET, "plans", ANY, api_get_plans},
    {API_GET, "plans/{plan}", ANY, api_get_plan},
    {API_GET, "plans/{plan}/diff", ANY, api_get_plan_diff},
    {API_GET, "directives", ANY, api_get_directives},
    {API_GET, "progress", ANY, api_get_progress},
    {API_GET, "orders", ANY, api_get_orders},
    {API_GET, "orders/{order}", ANY, api_get_order},
    {API_GET, "exercises", ANY, api_get_exercises},
    {API_GET, "log", ANY, api_get_log},
    {API_GET, "log/{position}", ANY, api_get_record},
    {API_GET, "series", ANY, api_get_series},
    {API_GET, "events", ANY, api_get_events},
    {API_GET, "situation", ANY, api_get_situation},

    {API_PUT, "network/{id}", PLANNER | CONTROLLER, api_put_link},
    {API_PUT, "zones/{id}/sweep", PLANNER | CONTROLLER, api_put_sweep},
    {API_PUT, "hazards/{id}", PLANNER | CONTROLLER, api_put_hazard},
    {API_PUT, "alerts/{id}", PLANNER | CONTROLLER, api_put_alert},
    {API_POST, "incidents", APPROVER | CONTROLLER, api_post_incident},
    {API_PUT, "incidents/open", APPROVER | CONTROLLER, api_put_phase},
    {API_PUT, "exercises/clock", CONTROLLER, api_put_clock},
    {API_POST, "reports", SHELTER | DEPOT | PLANNER, api_post_report},
    {API_POST, "notes", WHO_WORKS, api_post_note},
    {API_POST, "handovers", WHO_WORKS, api_post_handover},

    {API_POST, "plans", PLANNER | APPROVER, api_post_plan},
    {API_PUT, "plans/{plan}/approval", APPROVER, api_put_approval},
    {API_DELETE, "plans/{plan}/approval", APPROVER, api_delete_approval},
    {API_PUT, "directives/{id}", PLANNER, api_put_directive},
    {API_DELETE, "directives/{id}", PLANNER, api_delete_directive},
    {API_PUT, "requests/{id}/verdict", PLANNER | APPROVER, api_put_verdict},
    {API_PUT, "waybills/{id}/end", PLANNER | APPROVER, api_put_waybill_end},
    {API_POST, "returns", PLANNER | APPROVER, api_post_return},
    {API_POST, "orders", PLANNER | APPROVER, api_post_order},
    {API_PATCH, "orders/{order}", PLANNER | APPROVER, api_patch_order},
    {API_DELETE, "orders/{order}", PLANNER | APPROVER, api_delete_order},
    {API_POST, "orders/{order}/answers", SHELTER | DEPOT | PLANNER | APPROVER, api_post_answer},
};
const size_t api_route_count = sizeof api_routes / sizeof *api_routes;

const char *api_method_word(enum api_method method) {
    static const char *const words[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
    return words[method];
}

/* Whether the segments from `at` on are those of the pattern. */
static bool matches(const char *pattern, const struct api_target *target, size_t at,
                    const char *arguments[2]) {
    size_t argument = 0;
    while (*pattern != '\0' && at < target->segment_count) {
        size_t length = strcspn(pattern, "/");
        const char *segment = target->segments[at++];
        if (*pattern == '{')
            arguments[argument++] = segment;
        else if (strlen(segment) != length || strncmp(pattern, segment, length) != 0)
            return false;
        pattern += length;
        pattern += *pattern == '/';
    }
    return *pattern == '\0' && at == target->segment_count && !target->folder;
}

static bool is_below(const struct api_target *target) {
    return target->segment_count > 2 && strcmp(target->segments[0], "api") == 0 &&
           strcmp(target->segments[1], "v1") == 0;
}

const struct api_route *api_route_find(const struct api_target *target, enum api_method method,
                                       const char *ret_arguments[2], uint32_t *ret_methods) {
    const struct api_route *found = NULL;
    *ret_methods = 0;
    for (size_t i = 0; i < api_route_count; i++) {
        const struct api_route *route = &api_routes[i];
        bool root = route->path[0] == '/';
        const char *arguments[2] = {NULL, NULL};
        if ((!root && !is_below(target)) ||
            !matches(route->path + root, target, root ? 0 : 2, arguments))
            continue;
        if (found != NULL || (*ret_methods >> route->method & 1) != 0)
            continue; /* a fixed path comes before one with {…} */
        *ret_methods |= 1u << route->method;
        if (route->method != method)
            continue;
        found = route;
        memcpy(ret_arguments, arguments, sizeof arguments);
    }
    return found;
}
