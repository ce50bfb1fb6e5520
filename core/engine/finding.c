/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Reading a finding.
 *
 * Layer 5 (engine). No allocation.
 */

#include "core/engine/finding.h"

#include "core/rules/content_policy.h"
#include "sonda/abi.h"

sonda_status sonda_finding_rule(const sonda_finding *finding, sonda_rule_view *rule)
{
    if (finding == NULL || rule == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return sonda_content_rule(finding->content, finding->rule_index, rule);
}

sonda_status sonda_finding_tag(const sonda_finding *finding, uint32_t tag, sonda_text *text)
{
    if (finding == NULL || text == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    return sonda_content_rule_tag(finding->content, finding->rule_index, tag, text);
}

const sonda_event *sonda_finding_event(const sonda_finding *finding)
{
    return finding != NULL ? finding->event : NULL;
}

const sonda_record_header *sonda_finding_record(const sonda_finding *finding)
{
    return finding != NULL ? &finding->event->header : NULL;
}

size_t sonda_finding_evidence_count(const sonda_finding *finding)
{
    return finding != NULL ? finding->evidence_count : 0;
}

sonda_status sonda_finding_evidence(const sonda_finding *finding,
                                    size_t index,
                                    sonda_evidence_view *evidence)
{
    sonda_evidence_view view = SONDA_EVIDENCE_VIEW_INIT;
    const sonda__evidence *from;

    if (finding == NULL || evidence == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (index >= finding->evidence_count) {
        return SONDA_ERR_NOT_FOUND;
    }
    from = &finding->evidence[index];
    view.selection = from->selection.data;
    view.selection_len = from->selection.len;
    view.field = from->field.data;
    view.field_len = from->field.len;
    view.value = from->value.data;
    view.value_len = from->value.len;
    view.pattern = from->pattern.data;
    view.pattern_len = from->pattern.len;
    view.position = from->position == SONDA__EVIDENCE_WHOLE ? 0 : from->position;
    view.length = from->position == SONDA__EVIDENCE_WHOLE ? from->value.len : from->length;
    return sonda_abi_write(&view, sizeof view, evidence);
}

sonda_status sonda_finding_response(const sonda_finding *finding, sonda_response_view *response)
{
    sonda_response_view view = SONDA_RESPONSE_VIEW_INIT;

    if (finding == NULL || response == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    view.action = finding->decision.action;
    view.outcome = finding->decision.outcome;
    if (finding->decision.by != NULL) {
        view.switch_kind = finding->decision.by->kind;
        view.switch_name.data = finding->decision.by->name;
        view.switch_name.len = finding->decision.by->name_len;
    }
    return sonda_abi_write(&view, sizeof view, response);
}

sonda_status
sonda_finding_feature(const sonda_finding *finding, uint32_t index, sonda_text *feature)
{
    if (finding == NULL || feature == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    for (uint32_t i = 0; i < SONDA__FEATURES_MAX; i++) {
        if ((finding->decision.features >> i & 1) != 0 && index-- == 0) {
            sonda__span name = sonda__content_feature(finding->content, i);

            feature->data = name.data;
            feature->len = name.len;
            return SONDA_OK;
        }
    }
    return SONDA_ERR_NOT_FOUND;
}

size_t sonda_finding_process_count(const sonda_finding *finding)
{
    return finding != NULL ? finding->event->chain_count : 0;
}

sonda_status
sonda_finding_process(const sonda_finding *finding, size_t index, sonda_process_view *process)
{
    sonda_process_view view = SONDA_PROCESS_VIEW_INIT;
    const sonda__chain_link *link;

    if (finding == NULL || process == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (index >= finding->event->chain_count) {
        return SONDA_ERR_NOT_FOUND;
    }
    link = &finding->event->chain[index];
    view.flags = link->flags;
    view.pid = link->pid;
    view.start_ns = link->start_ns;
    view.image = link->image.data;
    view.image_len = link->image.len;
    view.command_line = link->command_line.data;
    view.command_line_len = link->command_line.len;
    view.user = link->user.data;
    view.user_len = link->user.len;
    view.current_directory = link->current_directory.data;
    view.current_directory_len = link->current_directory.len;
    return sonda_abi_write(&view, sizeof view, process);
}

size_t sonda_finding_member_count(const sonda_finding *finding, uint64_t *total)
{
    if (total != NULL) {
        *total = finding != NULL ? finding->member_total : 0;
    }
    return finding != NULL ? finding->member_count : 0;
}

sonda_status
sonda_finding_member(const sonda_finding *finding, size_t index, sonda_member_view *member)
{
    sonda_member_view view = SONDA_MEMBER_VIEW_INIT;
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    const sonda__member *from;

    if (finding == NULL || member == NULL) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    if (index >= finding->member_count) {
        return SONDA_ERR_NOT_FOUND;
    }
    from = &finding->members[index];
    (void)sonda_content_rule(finding->content, from->rule_index, &rule);
    view.stream = from->stream;
    view.seq = from->seq;
    view.time_ns = from->time_ns;
    view.rule_id = rule.id;
    return sonda_abi_write(&view, sizeof view, member);
}
