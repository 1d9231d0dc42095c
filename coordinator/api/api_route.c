/* Which handler answers what. */
#include "coordinator/api/api_inside.h"

#include <string.h>

const struct api_route api_routes[] = {
    {API_GET, "/healthz", 0, api_get_health},       {API_GET, "/readyz", 0, api_get_ready},
    {API_GET, "status", 0, api_get_status},         {API_GET, "shelters", 0, api_get_shelters},
    {API_GET, "shelters/{id}", 0, api_get_shelter}, {API_GET, "depots", 0, api_get_depots},
    {API_GET, "depots/{id}", 0, api_get_depot},     {API_GET, "zones", 0, api_get_zones},
    {API_GET, "zones/{id}", 0, api_get_zone},       {API_GET, "nodes", 0, api_get_nodes},
    {API_GET, "nodes/{id}", 0, api_get_node},
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
