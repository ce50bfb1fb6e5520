/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Loading content.
 *
 * Rules named on the command line are compiled on the spot together with the
 * filters and the policy; over a pack or the default rules these are laid as a
 * pack of their own.
 *
 * Module tools.
 */

#include "contents.h"
#include "embedded_pack.h"
#include "ruleset.h"
#include "sonda/host/file.h"

#include <stdlib.h>

/* No pack that the loader takes is larger by far. */
#define PACK_MAX ((size_t)256 << 20)

static int
refuse(program *self, const char *name, sonda_status status, const sonda_error *error)
{
    const char *reason = error->message[0] != '\0' ? error->message : sonda_status_text(status);

    complain(self, "%s: %s%s", name, reason,
             status == SONDA_ERR_SIGNATURE ? " (--allow-unsigned accepts it)" : "");
    return EXIT_REFUSED;
}

int contents_of_pack(program *self, const char *path, bool signed_only, sonda_content **content)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    uint8_t *bytes = NULL;
    size_t len = 0;
    sonda_status status = sonda_file_read(path, PACK_MAX, NULL, &bytes, &len, &error);

    if (status != SONDA_OK) {
        complain(self, "%s: %s", path, error.message);
        return EXIT_INPUT;
    }
    options.require_signature = signed_only;
    status = sonda_content_load(content, bytes, len, &options, NULL, &error);
    free(bytes);
    return status == SONDA_OK ? EXIT_DONE : refuse(self, path, status, &error);
}

static int of_embedded(program *self, sonda_content **content)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    sonda_status status;

    if (embedded_pack_len == 0) {
        complain(self, "this build has no default rules; name some with --rules or --pack");
        return EXIT_INPUT;
    }
    options.require_signature = 0;
    options.borrow = 1;
    status =
        sonda_content_load(content, embedded_pack, embedded_pack_len, &options, NULL, &error);
    return status == SONDA_OK ? EXIT_DONE : refuse(self, "default rules", status, &error);
}

/* Compiles and loads; with `base`, what is not rules is laid over it. */
static int of_rules(program *self,
                    const text_list *rules,
                    const text_list *filters,
                    const arguments *given,
                    sonda_content *base,
                    sonda_content **content)
{
    sonda_content_options options = SONDA_CONTENT_OPTIONS_INIT;
    sonda_error error = SONDA_ERROR_INIT;
    ruleset set;
    int code =
        ruleset_open(&set, self, rules, filters, given->placeholders, given->policy, true);

    if (code == EXIT_DONE) {
        sonda_status status;

        options.require_signature = 0;
        options.base = base;
        status = sonda_content_load(content, set.pack, set.pack_len, &options, NULL, &error);
        code = status == SONDA_OK
                   ? EXIT_DONE
                   : refuse(self, rules->count != 0 ? rules->items[0] : given->policy, status,
                            &error);
    }
    ruleset_close(&set);
    return code;
}

/* Filters and a policy of the operator's own. */
static int lay_over(program *self, const arguments *given, sonda_content **content)
{
    sonda_content *base = *content;
    int code;

    if (given->filters.count == 0 && given->policy == NULL) {
        return EXIT_DONE;
    }
    code = of_rules(self, &given->filters, NULL, given, base, content);
    sonda_content_release(base);
    if (code != EXIT_DONE) {
        *content = NULL;
    }
    return code;
}

static int check_rules(program *self, const arguments *given, sonda_content **content)
{
    if (sonda_content_rule_count(*content) != 0) {
        return EXIT_DONE;
    }
    complain(self, "%s: no usable rule",
             given->rules.count != 0 ? given->rules.items[0]
             : given->pack != NULL   ? given->pack
                                     : "default rules");
    sonda_content_release(*content);
    *content = NULL;
    return EXIT_INPUT;
}

int contents_open(program *self,
                  const arguments *given,
                  bool signed_only,
                  sonda_content **content)
{
    int code;

    *content = NULL;
    if (given->rules.count != 0 && given->pack != NULL) {
        complain(self, "--rules and --pack exclude each other");
        return EXIT_USAGE;
    }
    if (given->rules.count != 0) {
        code = of_rules(self, &given->rules, &given->filters, given, NULL, content);
    } else {
        code = given->pack != NULL ? contents_of_pack(self, given->pack, signed_only, content)
                                   : of_embedded(self, content);
        if (code == EXIT_DONE) {
            code = lay_over(self, given, content);
        }
    }
    return code == EXIT_DONE ? check_rules(self, given, content) : code;
}
