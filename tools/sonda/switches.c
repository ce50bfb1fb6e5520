/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Following the file of switches.
 *
 * The whole file is read and compared, not its time of change: it is small, and
 * a change within one tick of a file system's clock counts, too. Whatever goes
 * wrong, more is withheld rather than less.
 *
 * Module tools.
 */

#include "switches.h"
#include "sonda/host/file.h"

#include <stdlib.h>
#include <string.h>

/* All names there may be, three times over. */
#define FILE_MAX ((size_t)1 << 20)

/* One line of the file, taken apart. */
typedef struct line {
    uint32_t kind; /* 0: says nothing */
    const char *name;
    size_t name_len;
} line;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static size_t word_end(const char *text, size_t from, size_t len)
{
    while (from < len && !is_blank(text[from])) {
        from++;
    }
    return from;
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_word(const char *text, const char *word, size_t len)
{
    size_t same = 0;

    while (same < len && lower(text[same]) == (unsigned char)word[same]) {
        same++;
    }
    return same == len;
}

static uint32_t kind_of(const char *word, size_t len)
{
    static const char *const words[] = {"all", "rule", "feature", "tenant"};

    for (uint32_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i]) == len && is_word(word, words[i], len)) {
            return SONDA_SWITCH_ALL + i;
        }
    }
    return 0;
}

/* Length of the byte order mark that editors of Windows put before the first line. */
static size_t mark_length(const char *text, size_t len)
{
    return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Takes `text` apart; what is wrong with it, or NULL. */
static const char *take_line(const char *text, size_t len, line *taken)
{
    size_t end;

    taken->kind = 0;
    taken->name = "";
    taken->name_len = 0;
    while (len > 0 && is_blank(text[len - 1])) {
        len--;
    }
    while (len > 0 && is_blank(text[0])) {
        text++;
        len--;
    }
    if (len == 0 || text[0] == '#') {
        return NULL;
    }
    end = word_end(text, 0, len);
    taken->kind = kind_of(text, end);
    while (end < len && is_blank(text[end])) {
        end++;
    }
    taken->name = text + end;
    taken->name_len = len - end;
    if (taken->kind == 0) {
        return "a line begins with all, rule, feature or tenant";
    }
    if (taken->kind == SONDA_SWITCH_ALL) {
        return taken->name_len == 0 ? NULL : "nothing stands behind all";
    }
    if (taken->name_len == 0) {
        return "a name is missing: write it behind the word";
    }
    if (word_end(taken->name, 0, taken->name_len) != taken->name_len) {
        return "more than one name: write a line for each";
    }
    return taken->name_len > SONDA_SWITCH_NAME_MAX ? "a name of more than 255 bytes" : NULL;
}

/* Length of the line at `at`. */
static size_t line_length(const char *text, size_t at, size_t len)
{
    const char *end = memchr(text + at, '\n', len - at);

    return end != NULL ? (size_t)(end - (text + at)) : len - at;
}

/* Every line is sound, or one that is not was told. */
static bool is_sound(const switches *self, const char *text, size_t len, const char *rest)
{
    unsigned number = 1;

    for (size_t at = mark_length(text, len); at < len; number++) {
        size_t length = line_length(text, at, len);
        line taken;
        const char *wrong = memchr(text + at, '\0', length) != NULL
                                ? "a zero byte in a line"
                                : take_line(text + at, length, &taken);

        if (wrong != NULL) {
            complain(self->program, "%s:%u: %s%s", self->path, number, wrong, rest);
            return false;
        }
        at += length + 1;
    }
    return true;
}

static bool is_same(const line *taken, const sonda_switch_view *view)
{
    if (taken->kind != view->kind || taken->name_len != view->name_len) {
        return false;
    }
    for (size_t i = 0; i < taken->name_len; i++) {
        if (lower(taken->name[i]) != lower(view->name[i])) {
            return false;
        }
    }
    return true;
}

static bool is_listed(const switches *self, const sonda_switch_view *view)
{
    for (size_t at = mark_length(self->text, self->len); at < self->len;) {
        size_t length = line_length(self->text, at, self->len);
        line taken;

        if (take_line(self->text + at, length, &taken) == NULL && is_same(&taken, view)) {
            return true;
        }
        at += length + 1;
    }
    return false;
}

static sonda_status set(const switches *self, const line *taken, uint32_t on)
{
    return sonda_engine_switch(self->engine, taken->kind,
                               taken->name_len == 0 ? NULL : taken->name, taken->name_len, on);
}

/* What the file lists is withheld; if that cannot be, everything is. */
static void turn_on(const switches *self)
{
    for (size_t at = mark_length(self->text, self->len); at < self->len;) {
        size_t length = line_length(self->text, at, self->len);
        line taken;
        sonda_status status = SONDA_OK;

        (void)take_line(self->text + at, length, &taken);
        if (taken.kind != 0) {
            status = set(self, &taken, 1);
        }
        if (status != SONDA_OK) {
            (void)sonda_engine_switch(self->engine, SONDA_SWITCH_ALL, NULL, 0, 1);
            complain(self->program, "%s: %s: all responses are withheld", self->path,
                     status == SONDA_ERR_LIMIT ? "more names than there is room for"
                                               : sonda_status_text(status));
            return;
        }
        at += length + 1;
    }
}

/* What it does not list is let go. */
static void turn_off(const switches *self)
{
    sonda_switch_view view = SONDA_SWITCH_VIEW_INIT;

    for (size_t i = 0; sonda_engine_switch_get(self->engine, i, &view) == SONDA_OK; i++) {
        if (view.is_on != 0 && !is_listed(self, &view)) {
            (void)sonda_engine_switch(self->engine, view.kind, view.name, view.name_len, 0);
        }
    }
}

static size_t count_on(const switches *self)
{
    sonda_switch_view view = SONDA_SWITCH_VIEW_INIT;
    size_t count = 0;

    for (size_t i = 0; sonda_engine_switch_get(self->engine, i, &view) == SONDA_OK; i++) {
        count += view.is_on;
    }
    return count;
}

int switches_open(switches *self, program *of, sonda_engine *engine, const char *path)
{
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;

    memset(self, 0, sizeof *self);
    self->program = of;
    self->engine = engine;
    self->path = path;
    if (path == NULL) {
        return EXIT_DONE;
    }
    if (sonda_file_read(path, FILE_MAX, NULL, &bytes, &self->len, &error) != SONDA_OK) {
        complain(of, "%s: %s", path, error.message);
        return EXIT_INPUT;
    }
    self->text = (char *)bytes;
    if (!is_sound(self, self->text, self->len, "")) {
        return EXIT_USAGE;
    }
    turn_on(self);
    return EXIT_DONE;
}

void switches_close(switches *self)
{
    free(self->text);
    memset(self, 0, sizeof *self);
}

/* The text differs from that of the last look. */
static void take_text(switches *self, char *text, size_t len)
{
    bool sound = is_sound(self, text, len, "; the switches stay as they were");

    free(self->text);
    self->text = text;
    self->len = len;
    self->is_settling = sound;
    if (sound) {
        turn_on(self);
    }
}

static void settle(switches *self)
{
    self->is_settling = false;
    turn_off(self);
    complain(self->program, "%s: %zu switches on", self->path, count_on(self));
}

void switches_follow(switches *self)
{
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;
    size_t len = 0;

    if (self->path == NULL) {
        return;
    }
    if (sonda_file_read(self->path, FILE_MAX, NULL, &bytes, &len, &error) != SONDA_OK) {
        if (!self->is_missed) {
            complain(self->program, "%s: %s; the switches stay as they were", self->path,
                     error.message);
        }
        self->is_missed = true;
        self->is_settling = false;
        return;
    }
    self->is_missed = false;
    if (len != self->len || memcmp(bytes, self->text, len) != 0) {
        take_text(self, (char *)bytes, len);
        return;
    }
    free(bytes);
    if (self->is_settling) {
        settle(self);
    }
}
