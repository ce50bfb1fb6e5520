/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Flat JSON line to event against simdjson's visiting every key and value of
 * the same lines, in turns within one run, so that the ratio is of one machine
 * in one mood. Two ways to visit: on demand, the fastest simdjson has (strings
 * unescaped as they are met, numbers left as their text), and its document.
 *
 * simdjson may read behind each line and uses all instructions of this machine;
 * ours does neither.
 *
 * Benchmarks only: the one file of the project that is C++.
 */

#include <simdjson.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "bench/json_visit.h"
#include "bench/recording_data.h"
}

namespace {

constexpr int passes = 9;

std::vector<simdjson::padded_string_view> lines_of(const std::string &bytes, size_t len)
{
    std::vector<simdjson::padded_string_view> lines;

    for (size_t at = 0; at < len;) {
        size_t end = std::min(bytes.find('\n', at), len);

        if (end > at) {
            lines.emplace_back(bytes.data() + at, end - at, bytes.size() - at);
        }
        at = end + 1;
    }
    return lines;
}

uint64_t visit_on_demand(simdjson::ondemand::parser &parser,
                         const std::vector<simdjson::padded_string_view> &lines)
{
    uint64_t sum = 0;

    for (const auto &line : lines) {
        auto document = parser.iterate(line);

        for (auto field : document.get_object()) {
            std::string_view key = field.unescaped_key();
            auto value = field.value();

            sum += key.size();
            if (value.type() == simdjson::ondemand::json_type::string) {
                sum += value.get_string().value().size();
            } else {
                sum += value.raw_json_token().value().size();
            }
        }
    }
    return sum;
}

uint64_t visit_document(simdjson::dom::parser &parser,
                        const std::vector<simdjson::padded_string_view> &lines)
{
    uint64_t sum = 0;

    for (const auto &line : lines) {
        for (auto field : parser.parse(line.data(), line.size(), false).get_object()) {
            sum += field.key.size();
            sum += field.value.is_string() ? field.value.get_string().value().size() : 1;
        }
    }
    return sum;
}

template <typename Pass> double seconds(Pass pass, uint64_t *result)
{
    double start = recording_data_cpu_seconds();

    *result = pass();
    return recording_data_cpu_seconds() - start;
}

} // namespace

int main()
{
    simdjson::ondemand::parser parser;
    simdjson::dom::parser dom;
    double best[3] = {1e9, 1e9, 1e9};
    uint64_t result[3] = {0, 0, 0};
    size_t len = 0;
    char *loaded = recording_data_load("metasploit_logonpasswords_lsass_memory_dump.zip",
                                       "metasploit_logonpasswords_lsass_memory_dump.json", &len);
    json_visit *ours = loaded == nullptr ? nullptr : json_visit_open();

    if (ours == nullptr) {
        return 0;
    }
    std::string bytes(loaded, len);
    bytes.append(simdjson::SIMDJSON_PADDING, ' ');
    auto lines = lines_of(bytes, len);

    for (int i = 0; i < passes; i++) {
        double took[3] = {
            seconds([&] { return visit_on_demand(parser, lines); }, &result[0]),
            seconds([&] { return visit_document(dom, lines); }, &result[1]),
            seconds(
                [&] {
                    uint64_t fields = 0;
                    for (const auto &line : lines) {
                        fields += json_visit_decode(ours, line.data(), line.size());
                    }
                    return fields;
                },
                &result[2]),
        };

        for (int k = 0; k < 3; k++) {
            best[k] = std::min(best[k], took[k]);
        }
    }
    const char *names[3] = {"simdjson, on demand", "simdjson, document", "line to event"};

    std::printf("%zu events, %.1f MB, best of %d passes; simdjson uses %s\n", lines.size(),
                static_cast<double>(len) * 1e-6, passes,
                simdjson::get_active_implementation()->name().c_str());
    for (int k = 0; k < 3; k++) {
        std::printf("%-22s %8.0f MB/s %8.0f ns/event  (%llu)\n", names[k],
                    static_cast<double>(len) / best[k] * 1e-6,
                    best[k] * 1e9 / static_cast<double>(lines.size()),
                    static_cast<unsigned long long>(result[k]));
    }
    std::printf("line to event takes %.2f times simdjson on demand, %.2f times its document "
                "(at most 1.2)\n",
                best[2] / best[0], best[2] / best[1]);
    json_visit_close(ours);
    std::free(loaded);
    return 0;
}
