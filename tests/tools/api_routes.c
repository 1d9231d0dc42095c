/* Prints the routes of the HTTP interface, one a line: method and path as schemas/openapi.yaml has
 * them. */
#include "coordinator/api/api_inside.h"

#include <stdio.h>

int main(void) {
    for (size_t i = 0; i < api_route_count; i++) {
        const struct api_route *route = &api_routes[i];
        printf("%s %s%s\n", api_method_word(route->method), route->path[0] == '/' ? "" : "/api/v1/",
               route->path);
    }
    return 0;
}
