#include "nodes/desk/html.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void html_init(struct html *html) {
    *html = (struct html){0};
}

void html_deinit(struct html *html) {
    free(html->bytes);
    *html = (struct html){0};
}

static bool make_room(struct html *html, size_t more) {
    if (html->failed || more > HTML_BYTES_MAX - html->size) {
        html->failed = true;
        return false;
    }
    size_t needed = html->size + more + 1, capacity = html->capacity == 0 ? 4096 : html->capacity;
    while (capacity < needed)
        capacity *= 2;
    if (capacity == html->capacity)
        return true;
    char *bytes = realloc(html->bytes, capacity);
    if (bytes == NULL) {
        html->failed = true;
        return false;
    }
    html->bytes = bytes;
    html->capacity = capacity;
    return true;
}

void html_bytes(struct html *html, const char *markup, size_t size) {
    if (!make_room(html, size))
        return;
    memcpy(html->bytes + html->size, markup, size);
    html->size += size;
    html->bytes[html->size] = '\0';
}

void html_raw(struct html *html, const char *markup) {
    html_bytes(html, markup, strlen(markup));
}

static const char *escape_of(char letter) {
    switch (letter) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_text(struct html *html, const char *text) {
    while (*text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");
        html_bytes(html, text, plain);
        text += plain;
        if (*text != '\0')
            html_raw(html, escape_of(*text++));
    }
}

static void add_number(struct html *html, long long number) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", number);
    html_bytes(html, digits, (size_t)length);
}

void html_add(struct html *html, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        html_bytes(html, format, plain);
        format += plain;
        if (*format == '\0')
            break;
        switch (*++format) {
        case 's':
            html_text(html, va_arg(arguments, const char *));
            break;
        case 'r':
            html_raw(html, va_arg(arguments, const char *));
            break;
        case 'd':
            add_number(html, va_arg(arguments, long long));
            break;
        default:
            html_bytes(html, "%", 1);
            break;
        }
        if (*format != '\0')
            format++;
    }
    va_end(arguments);
}
