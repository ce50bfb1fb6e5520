/* SPDX-License-Identifier: Apache-2.0 */

/* An embedder of libsonda-host outside the tree: opens the run time and closes it. */

#include <sonda/host/host.h>
#include <stdio.h>

int main(void)
{
    sonda_host *host;
    sonda_status status = sonda_host_open(&host, NULL, NULL);

    printf("%s\n", sonda_status_name(status));
    if (status != SONDA_OK) {
        return 1;
    }
    sonda_host_close(host);
    return 0;
}
