/* SPDX-License-Identifier: Apache-2.0 */

/*
 * A finding as OCSF 1.8 Detection Finding (class 2004).
 *
 * The event goes into `evidences`, the rule into `finding_info`. OCSF has no
 * place for which field met which pattern, so that goes into `unmapped`.
 *
 * Layer 5 (engine). No allocation.
 */

#include "core/codec/number.h"
#include "core/engine/finding.h"
#include "core/event/ocsf.h"

/* A rule id is a UUID; what is longer is cut in the finding's own id only. */
#define UID_RULE_MAX 256u

#define ACTIVITY_CREATE 1u
#define STATUS_NEW 1u
#define ANALYTIC_RULE 1u
#define ACTION_DENIED 2u
#define ACTION_OBSERVED 3u
#define DISPOSITION_BLOCKED 2u
#define DISPOSITION_ALERT 19u

static sonda__span span_of(sonda_text text)
{
    return sonda__span_of(text.data != NULL ? text.data : "", text.len);
}

static uint32_t severity_of(uint32_t level)
{
    static const uint32_t severities[] = {
        [SONDA_LEVEL_INFORMATIONAL] = SONDA__OCSF_INFORMATIONAL,
        [SONDA_LEVEL_LOW] = SONDA__OCSF_LOW,
        [SONDA_LEVEL_MEDIUM] = SONDA__OCSF_MEDIUM,
        [SONDA_LEVEL_HIGH] = SONDA__OCSF_HIGH,
        [SONDA_LEVEL_CRITICAL] = SONDA__OCSF_CRITICAL,
    };

    return level < sizeof severities / sizeof severities[0] ? severities[level] : 0;
}

/* RULE/STREAM/SEQ: the same for the same record on every replay. */
static void put_uid(sonda__json_writer *json, sonda__span id, const sonda_record_header *header)
{
    char uid[UID_RULE_MAX + 2 * (1 + SONDA__DECIMAL_MAX)];
    size_t len = id.len < UID_RULE_MAX ? id.len : UID_RULE_MAX;

    memcpy(uid, id.data, len);
    uid[len++] = '/';
    len += sonda__format_decimal(header->stream, uid + len);
    uid[len++] = '/';
    len += sonda__format_decimal(header->seq, uid + len);
    sonda__json_put_string(json, "uid", sonda__span_of(uid, len));
}

static void
put_named(sonda__json_writer *json, const char *name, const char *key, sonda__span value)
{
    sonda__json_put_object(json, name);
    sonda__json_put_string(json, key, value);
    sonda__json_writer_object_end(json);
}

/* T1059.001 as a technique and its sub-technique, in capitals as MITRE writes. */
static void put_technique(sonda__json_writer *json, sonda__span tag)
{
    char uid[16] = {'T'};
    size_t dot = 0;

    for (size_t i = 1; i < tag.len; i++) {
        uid[i] = tag.data[i];
        dot = tag.data[i] == '.' ? i : dot;
    }
    put_named(json, "technique", "uid", sonda__span_of(uid, dot != 0 ? dot : tag.len));
    if (dot != 0) {
        put_named(json, "sub_technique", "uid", sonda__span_of(uid, tag.len));
    }
}

/* A technique's number: 't', four digits, and perhaps '.' and three more. */
static bool is_technique(sonda__span tag)
{
    if ((tag.len != 5 && tag.len != 9) || (tag.data[0] != 't' && tag.data[0] != 'T')) {
        return false;
    }
    for (size_t i = 1; i < tag.len; i++) {
        bool fits = i == 5 ? tag.data[i] == '.' : tag.data[i] >= '0' && tag.data[i] <= '9';

        if (!fits) {
            return false;
        }
    }
    return true;
}

/* Groups and software (attack.g0007, attack.s0002) are no attacks of OCSF. */
static bool is_tactic(sonda__span tag)
{
    for (size_t i = 0; i < tag.len; i++) {
        if (tag.data[i] >= '0' && tag.data[i] <= '9') {
            return false;
        }
    }
    return tag.len > 0;
}

/* What is behind "attack." in a tag that OCSF has a place for; else empty. */
static sonda__span attack_in(sonda__span tag)
{
    static const char prefix[] = "attack.";
    const size_t prefix_len = sizeof prefix - 1;

    if (tag.len > prefix_len && memcmp(tag.data, prefix, prefix_len) == 0) {
        sonda__span rest = sonda__span_of(tag.data + prefix_len, tag.len - prefix_len);

        if (is_technique(rest) || is_tactic(rest)) {
            return rest;
        }
    }
    return sonda__span_of("", 0);
}

static void put_attack(sonda__json_writer *json, sonda__span attack)
{
    sonda__json_writer_object_begin(json);
    if (is_technique(attack)) {
        put_technique(json, attack);
    } else {
        put_named(json, "tactic", "name", attack);
    }
    sonda__json_writer_object_end(json);
}

static void
put_attacks(sonda__json_writer *json, const sonda_finding *finding, uint32_t tag_count)
{
    bool open = false;

    for (uint32_t i = 0; i < tag_count; i++) {
        sonda_text tag = {NULL, 0};
        sonda__span attack;

        (void)sonda_finding_tag(finding, i, &tag);
        attack = attack_in(span_of(tag));
        if (attack.len > 0 && !open) {
            sonda__json_put_array(json, "attacks");
            open = true;
        }
        if (attack.len > 0) {
            put_attack(json, attack);
        }
    }
    if (open) {
        sonda__json_writer_array_end(json);
    }
}

/* The events that made a correlation, by stream and number of their records. */
static void put_related(sonda__json_writer *json, const sonda_finding *finding)
{
    if (finding->member_count == 0) {
        return;
    }
    sonda__json_put_unsigned(json, "related_events_count", finding->member_total);
    sonda__json_put_array(json, "related_events");
    for (size_t i = 0; i < finding->member_count; i++) {
        const sonda__member *member = &finding->members[i];
        sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
        char uid[2 * SONDA__DECIMAL_MAX + 1];
        size_t len = sonda__format_decimal(member->stream, uid);

        (void)sonda_content_rule(finding->content, member->rule_index, &rule);
        uid[len++] = '/';
        len += sonda__format_decimal(member->seq, uid + len);
        sonda__json_writer_object_begin(json);
        sonda__json_put_string(json, "uid", sonda__span_of(uid, len));
        sonda__json_put_string(json, "title", span_of(rule.title));
        sonda__json_put_unsigned(json, "created_time", member->time_ns / 1000000);
        sonda__json_writer_object_end(json);
    }
    sonda__json_writer_array_end(json);
}

static void put_finding_info(sonda__json_writer *json,
                             const sonda_finding *finding,
                             const sonda_rule_view *rule)
{
    sonda__json_put_object(json, "finding_info");
    put_uid(json, span_of(rule->id), &finding->event->header);
    sonda__json_put_string(json, "title", span_of(rule->title));
    if (rule->description.len > 0) {
        sonda__json_put_string(json, "desc", span_of(rule->description));
    }
    sonda__json_put_object(json, "analytic");
    sonda__json_put_unsigned(json, "type_id", ANALYTIC_RULE);
    sonda__json_put_text(json, "type", "Rule");
    sonda__json_put_string(json, "uid", span_of(rule->id));
    sonda__json_put_string(json, "name", span_of(rule->title));
    sonda__json_writer_object_end(json);
    put_attacks(json, finding, rule->tag_count);
    put_related(json, finding);
    sonda__json_writer_object_end(json);
}

/* Whether the policy asks for more than an alert, which every finding is. */
static bool is_controlled(const sonda_finding *finding)
{
    return finding->decision.action != SONDA_ACTION_ALERT;
}

/* Profile security_control: denied and blocked, or observed and told of. */
static void put_disposition(sonda__json_writer *json, const sonda_finding *finding)
{
    bool denied = finding->decision.outcome == SONDA_OUTCOME_DENIED;

    if (is_controlled(finding)) {
        sonda__json_put_unsigned(json, "action_id", denied ? ACTION_DENIED : ACTION_OBSERVED);
        sonda__json_put_unsigned(json, "disposition_id",
                                 denied ? DISPOSITION_BLOCKED : DISPOSITION_ALERT);
    }
}

/* What OCSF has no words for: what was asked, what came of it, and by whom. */
static void put_response(sonda__json_writer *json, const sonda_finding *finding)
{
    static const char *const actions[] = {"", "alert", "deny", "kill", "none"};
    static const char *const outcomes[] = {"alerted", "would", "denied", "withheld",
                                           "no-ticket"};
    static const char *const kinds[] = {"", "all", "rule", "feature", "tenant"};
    const sonda__decision *decision = &finding->decision;

    if (!is_controlled(finding) || decision->action > SONDA_ACTION_NONE ||
        decision->outcome > SONDA_OUTCOME_NO_TICKET) {
        return;
    }
    sonda__json_put_object(json, "response");
    sonda__json_put_text(json, "action", actions[decision->action]);
    sonda__json_put_text(json, "outcome", outcomes[decision->outcome]);
    if (decision->by != NULL && decision->by->kind <= SONDA_SWITCH_TENANT) {
        sonda__json_put_text(json, "switch_kind", kinds[decision->by->kind]);
    }
    if (decision->by != NULL && decision->by->name_len != 0) {
        sonda__json_put_string(json, "switch",
                               sonda__span_of(decision->by->name, decision->by->name_len));
    }
    sonda__json_writer_object_end(json);
}

static void put_matched(sonda__json_writer *json, const sonda_finding *finding)
{
    sonda__json_put_object(json, "unmapped");
    sonda__json_put_array(json, "matched");
    for (size_t i = 0; i < finding->evidence_count; i++) {
        const sonda__evidence *evidence = &finding->evidence[i];

        sonda__json_writer_object_begin(json);
        sonda__json_put_string(json, "selection", evidence->selection);
        sonda__json_put_string(json, "field", evidence->field);
        sonda__json_put_string(json, "value", evidence->value);
        sonda__json_put_string(json, "pattern", evidence->pattern);
        if (evidence->position != SONDA__EVIDENCE_WHOLE) {
            sonda__json_put_unsigned(json, "position", evidence->position);
        }
        sonda__json_writer_object_end(json);
    }
    sonda__json_writer_array_end(json);
    put_response(json, finding);
    sonda__json_writer_object_end(json);
}

/* The event, and the chain of processes behind it. */
static void put_evidences(sonda__json_writer *json, const sonda_event *event)
{
    sonda__json_put_array(json, "evidences");
    sonda__json_writer_object_begin(json);
    sonda__ocsf_evidence(json, event);
    sonda__json_writer_object_end(json);
    if (event->chain_count > 0) {
        sonda__json_writer_object_begin(json);
        sonda__ocsf_process(json, "process", event->chain, event->chain_count);
        sonda__json_writer_object_end(json);
    }
    sonda__json_writer_array_end(json);
}

static void
put_finding(sonda__json_writer *json, const sonda_finding *finding, const sonda_rule_view *rule)
{
    const sonda_event *event = finding->event;

    sonda__json_writer_object_begin(json);
    sonda__ocsf_classification(json, SONDA_CLASS_FINDING, ACTIVITY_CREATE,
                               severity_of(finding->level), event->time_ns);
    sonda__ocsf_metadata(json, event, is_controlled(finding) ? "security_control" : NULL);
    sonda__ocsf_device(json, event);
    put_disposition(json, finding);
    sonda__json_put_unsigned(json, "status_id", STATUS_NEW);
    sonda__json_put_string(json, "message", span_of(rule->title));
    put_finding_info(json, finding, rule);
    put_evidences(json, event);
    put_matched(json, finding);
    sonda__json_writer_object_end(json);
}

sonda_status sonda_finding_to_ocsf(const sonda_finding *finding,
                                   char *buffer,
                                   size_t capacity,
                                   size_t *length)
{
    sonda_rule_view rule = SONDA_RULE_VIEW_INIT;
    sonda__json_writer json;
    sonda_status status;

    if (finding == NULL || length == NULL || (buffer == NULL && capacity != 0)) {
        return SONDA_ERR_INVALID_ARGUMENT;
    }
    status = sonda_finding_rule(finding, &rule);
    if (status != SONDA_OK) {
        return status;
    }
    sonda__json_writer_init(&json, buffer, capacity);
    put_finding(&json, finding, &rule);
    *length = json.out.needed;
    return json.out.status;
}
