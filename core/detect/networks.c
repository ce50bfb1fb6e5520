/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A prefix table: for each length of prefix that any network has, those of that
 * length in the order of their addresses. An address is cut to that length and
 * searched for by halving.
 *
 * Layer 4 (detect). No allocation.
 */

#include "core/detect/networks.h"

const sonda__address *sonda__networks_address(sonda__matcher *matcher, uint32_t field)
{
    sonda__parsed_address *kept = &matcher->addresses[field % SONDA__ADDRESSES_KEPT];

    if (kept->event != matcher->event_number || kept->field != field) {
        kept->event = matcher->event_number;
        kept->field = field;
        kept->is_one = sonda__address_parse(matcher->event->fields[field].text, &kept->address);
    }
    return kept->is_one ? &kept->address : NULL;
}

/* The bytes of a network's address, or NULL when it is not of this size. */
static const uint8_t *
network_at(const sonda__pack *pack, uint32_t size, uint32_t index, const uint8_t **literal)
{
    sonda__span text;

    *literal = sonda__pack_entry(pack, SONDA__SECTION_LITERALS, index);
    if (*literal == NULL) {
        return NULL;
    }
    text = sonda__pack_text(pack, *literal + SONDA__AT_LITERAL_TEXT);
    return text.len == 1 + (size_t)size ? (const uint8_t *)text.data + 1 : NULL;
}

/* The network of a run that begins as the address does, or NULL. */
static const uint8_t *
find_in(const sonda__pack *pack, const sonda__network_run *run, const uint8_t *prefix)
{
    uint32_t low = 0;
    uint32_t high = run->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const uint8_t *literal;
        const uint8_t *bytes = network_at(pack, run->size, run->first + middle, &literal);
        int order = bytes == NULL ? 0 : memcmp(bytes, prefix, run->size);

        if (bytes == NULL) {
            return NULL;
        }
        if (order == 0) {
            return literal;
        }
        low = order < 0 ? middle + 1 : low;
        high = order < 0 ? high : middle;
    }
    return NULL;
}

void sonda__networks_find(const sonda__question *question,
                          const sonda__scan_table *table,
                          uint32_t field,
                          sonda__literal_fn on_literal)
{
    const sonda__address *address = sonda__networks_address(question->matcher, field);

    for (uint32_t i = 0; address != NULL && i < table->network_runs; i++) {
        const sonda__network_run *run = &table->networks[i];
        uint8_t prefix[SONDA__NETWORK_BYTES_MAX];
        const uint8_t *literal;

        if (run->size != address->size) {
            continue;
        }
        if (!sonda__matcher_step(question->matcher, 1)) {
            return;
        }
        for (uint32_t k = 0; k < run->size; k++) {
            prefix[k] = address->bytes[k] & sonda__network_mask(run->bits, k);
        }
        literal = find_in(&question->content->pack, run, prefix);
        if (literal != NULL) {
            on_literal(question, literal);
        }
    }
}
