#include "schemas/platform/http_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_port(const char *text, in_port_t *ret_port) {
    char *end = NULL;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long port = strtoul(text, &end, 10);
    *ret_port = htons((uint16_t)port);
    return *end == '\0' && port <= UINT16_MAX;
}

static int read_four(const char *host, const char *port, struct http_address *address) {
    struct sockaddr_in *four = (struct sockaddr_in *)&address->socket;
    four->sin_family = AF_INET;
    address->size = sizeof *four;
    if (inet_pton(AF_INET, host, &four->sin_addr) != 1 || !read_port(port, &four->sin_port))
        return HV_ERR_FORMAT;
    address->loopback = (ntohl(four->sin_addr.s_addr) >> 24) == 127;
    return HV_OK;
}

static int read_six(const char *host, const char *port, struct http_address *address) {
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&address->socket;
    six->sin6_family = AF_INET6;
    address->size = sizeof *six;
    if (inet_pton(AF_INET6, host, &six->sin6_addr) != 1 || !read_port(port, &six->sin6_port))
        return HV_ERR_FORMAT;
    address->loopback = IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
    return HV_OK;
}

int http_address_read(const char *text, struct http_address *ret_address) {
    struct http_address address = {0};
    char host[HTTP_ADDRESS_BYTES];
    const char *colon = strrchr(text, ':');
    bool bracketed = text[0] == '[';
    size_t length = colon == NULL ? 0 : (size_t)(colon - text);
    if (length == 0 || length >= sizeof host || (bracketed && text[length - 1] != ']'))
        return HV_ERR_FORMAT;
    snprintf(host, sizeof host, "%.*s", (int)(bracketed ? length - 2 : length), text + bracketed);
    int error =
        bracketed ? read_six(host, colon + 1, &address) : read_four(host, colon + 1, &address);
    if (error == HV_OK)
        *ret_address = address;
    return error;
}

void http_address_text(const struct sockaddr *socket, char ret_text[HTTP_ADDRESS_BYTES]) {
    char host[INET6_ADDRSTRLEN] = "";
    if (socket->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)socket;
        inet_ntop(AF_INET6, &six->sin6_addr, host, sizeof host);
        snprintf(ret_text, HTTP_ADDRESS_BYTES, "[%s]:%u", host, ntohs(six->sin6_port));
    } else {
        const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)socket;
        inet_ntop(AF_INET, &four->sin_addr, host, sizeof host);
        snprintf(ret_text, HTTP_ADDRESS_BYTES, "%s:%u", host, ntohs(four->sin_port));
    }
}
