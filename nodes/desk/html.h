/* A page being written: text grows, and everything that is put in is escaped unless it says
 * otherwise. Memory that runs out is noticed once, at the end. */
#ifndef NODES_DESK_HTML_H
#define NODES_DESK_HTML_H

#include <stdbool.h>
#include <stddef.h>

#define HTML_BYTES_MAX (8u << 20)

struct html {
    char *bytes; /* owned; ends with a NUL once something was added */
    size_t size, capacity;
    bool failed; /* no memory, or beyond HTML_BYTES_MAX: what is there is cut short */
};

void html_init(struct html *html);
void html_deinit(struct html *html);

/* As it is: markup of our own. */
void html_raw(struct html *html, const char *markup);
void html_bytes(struct html *html, const char *markup, size_t size);

/* Escaped, for text and for attributes in double quotes. */
void html_text(struct html *html, const char *text);

/* The format is markup of our own; %s is a text (escaped), %d a long long, %r markup as it is,
 * %% a percent sign. Nothing else. */
void html_add(struct html *html, const char *format, ...);

#endif
