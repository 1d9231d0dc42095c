/* Where an HTTP server listens: "127.0.0.1:8670", "[::1]:8670", "0.0.0.0:443". Numbers only, for a
 * name would have to be looked up. Port 0 takes any that is free. */
#ifndef HV_PLATFORM_HTTP_ADDRESS_H
#define HV_PLATFORM_HTTP_ADDRESS_H

#include "schemas/error.h"

#include <stdbool.h>
#include <sys/socket.h>

#define HTTP_ADDRESS_BYTES 64u

struct http_address {
    struct sockaddr_storage socket;
    socklen_t size;
    bool loopback; /* nobody from outside this machine reaches it */
};

/* HV_ERR_FORMAT: not such an address. */
int http_address_read(const char *text, struct http_address *ret_address) HV_MUST_USE;

/* The address as text, as it is read. */
void http_address_text(const struct sockaddr *socket, char ret_text[HTTP_ADDRESS_BYTES]);

#endif
