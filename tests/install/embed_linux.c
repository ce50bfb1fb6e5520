/* SPDX-License-Identifier: Apache-2.0 */

/* An embedder of libsonda-linux outside the tree: asks the adapter who it is. */

#include <sonda/linux/linux.h>
#include <stdio.h>

int main(void)
{
    sonda_source_description description = {sizeof description, 0, NULL, NULL};

    sonda_linux_source()->describe(&description);
    printf("%s %s\n", description.name, description.version);
    return description.name == NULL;
}
