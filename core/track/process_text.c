/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Texts of processes: stored as one text each, image first.
 *
 * Layer 3 (track): uses base. No allocation.
 */

#include "core/track/process_table.h"

#include "sonda/finding.h"

#include <assert.h>

static const uint32_t text_limits[SONDA__PROCESS_TEXT_COUNT] = {
    [SONDA__PROCESS_IMAGE] = SONDA__PROCESS_PATH_MAX,
    [SONDA__PROCESS_COMMAND_LINE] = SONDA__PROCESS_COMMAND_LINE_MAX,
    [SONDA__PROCESS_DIRECTORY] = SONDA__PROCESS_PATH_MAX,
    [SONDA__PROCESS_USER] = SONDA__PROCESS_USER_MAX,
};

static const uint32_t cut_flags[SONDA__PROCESS_TEXT_COUNT] = {
    [SONDA__PROCESS_IMAGE] = SONDA_PROCESS_IMAGE_CUT,
    [SONDA__PROCESS_COMMAND_LINE] = SONDA_PROCESS_COMMAND_LINE_CUT,
    [SONDA__PROCESS_DIRECTORY] = SONDA_PROCESS_DIRECTORY_CUT,
    [SONDA__PROCESS_USER] = 0,
};

static void cut(sonda__process_table *table,
                sonda__process *e,
                sonda__span *text,
                size_t which,
                size_t limit)
{
    if (text->len > limit) {
        text->len = limit;
        e->flags |= cut_flags[which];
        table->numbers.texts_cut++;
    }
}

/* Stores the texts, evicting ended processes until they fit. */
static sonda_status store(sonda__process_table *table, uint32_t index, const sonda__span *texts)
{
    sonda__process *e = &table->entries[index];

    do {
        sonda_status status =
            sonda__text_put(&table->texts, texts, SONDA__PROCESS_TEXT_COUNT, &e->text);

        if (status == SONDA_OK) {
            return SONDA_OK;
        }
    } while (sonda__process_evict_exited(table, index));
    return SONDA_ERR_FULL;
}

void sonda__process_set_texts(sonda__process_table *table,
                              uint32_t index,
                              const sonda__span texts[SONDA__PROCESS_TEXT_COUNT])
{
    sonda__process *e = &table->entries[index];
    sonda__span kept[SONDA__PROCESS_TEXT_COUNT];

    sonda__text_drop(&table->texts, e->text);
    e->text = SONDA__TEXT_NONE;
    e->flags &= ~(uint32_t)(SONDA_PROCESS_IMAGE_CUT | SONDA_PROCESS_COMMAND_LINE_CUT |
                            SONDA_PROCESS_DIRECTORY_CUT);
    for (size_t i = 0; i < SONDA__PROCESS_TEXT_COUNT; i++) {
        kept[i] = texts[i];
        cut(table, e, &kept[i], i, text_limits[i]);
    }
    for (size_t last = SONDA__PROCESS_TEXT_COUNT; store(table, index, kept) != SONDA_OK;) {
        last--;
        cut(table, e, &kept[last], last, 0);
    }
    for (size_t i = 0; i < SONDA__PROCESS_TEXT_COUNT; i++) {
        e->text_len[i] = (uint32_t)kept[i].len;
    }
}

void sonda__process_copy_text(const sonda__process_table *table,
                              uint32_t index,
                              sonda__process_text which,
                              size_t len,
                              char *out)
{
    const sonda__process *e = &table->entries[index];
    size_t offset = 0;

    assert(len <= e->text_len[which]);
    for (size_t i = 0; i < (size_t)which; i++) {
        offset += e->text_len[i];
    }
    sonda__text_copy(&table->texts, e->text, offset, len, out);
}

void sonda__process_texts(sonda__process_table *table,
                          uint32_t index,
                          sonda__span texts[SONDA__PROCESS_TEXT_COUNT])
{
    const sonda__process *e = &table->entries[index];
    size_t total = 0;

    for (size_t i = 0; i < SONDA__PROCESS_TEXT_COUNT; i++) {
        texts[i] = sonda__span_of(table->scratch + total, e->text_len[i]);
        total += e->text_len[i];
    }
    sonda__text_copy(&table->texts, e->text, 0, total, table->scratch);
}
