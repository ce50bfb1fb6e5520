/* SPDX-License-Identifier: Apache-2.0 */

/* An embedder of libsonda-compile outside the tree: one rule to a pack. */

#include <sonda/compile/compile.h>
#include <stdio.h>
#include <string.h>

static const char rule[] = "title: T\n"
                           "id: 11111111-1111-4111-8111-111111111111\n"
                           "logsource: {category: process_creation, product: windows}\n"
                           "detection:\n"
                           "  sel: {Image|endswith: '\\evil.exe'}\n"
                           "  condition: sel\n";

int main(void)
{
    sonda_compile *compile;
    const void *pack;
    size_t len;

    if (sonda_compile_open(&compile, NULL, NULL) != SONDA_OK ||
        sonda_compile_add_yaml(compile, "rule.yml", rule, strlen(rule)) != SONDA_OK ||
        sonda_compile_finish(compile, &pack, &len, NULL) != SONDA_OK) {
        return 1;
    }
    printf("%zu bytes\n", len);
    sonda_compile_close(compile);
    return 0;
}
