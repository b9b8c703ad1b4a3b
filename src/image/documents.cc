#include "image/documents.h"

#include <fmt/format.h>

#include <chrono>

#include "base/error.h"
#include "base/text.h"

namespace debone::image {
namespace {

// What every config and its history name as the maker; no version, so that a new debone gives the same bits.
constexpr const char* maker = "debone";

Json to_json(const std::map<std::string, std::string>& map) {
  Json out = Json::object();
  for (const auto& [key, value] : map) out[key] = value;
  return out;
}

// {"a": {}, "b": {}}, which is how configs write a set.
Json to_set(const std::vector<std::string>& items) {
  Json out = Json::object();
  for (const auto& item : items) out[item] = Json::object();
  return out;
}

Json to_json(const Descriptor& descriptor) {
  Json out;
  out["mediaType"] = descriptor.media_type;
  out["digest"] = descriptor.digest.oci();
  out["size"] = descriptor.size;
  if (descriptor.platform) {
    auto& platform = out["platform"];
    platform["architecture"] = descriptor.platform->architecture;
    platform["os"] = "linux";
    if (!descriptor.platform->variant.empty()) platform["variant"] = descriptor.platform->variant;
  }
  if (!descriptor.annotations.empty()) out["annotations"] = to_json(descriptor.annotations);
  return out;
}

Json execution(const Image& image) {
  const auto& config = image.config;
  Json out = Json::object();
  if (!config.user.empty()) out["User"] = config.user;
  if (!config.ports.empty()) out["ExposedPorts"] = to_set(config.ports);
  std::vector<std::string> environment;
  for (const auto& [name, value] : config.environment) environment.push_back(fmt::format("{}={}", name, value));
  if (!environment.empty()) out["Env"] = environment;
  if (!config.entrypoint.empty()) out["Entrypoint"] = config.entrypoint;
  if (!config.cmd.empty()) out["Cmd"] = config.cmd;
  if (!config.volumes.empty()) out["Volumes"] = to_set(config.volumes);
  if (!config.work_dir.empty()) out["WorkingDir"] = config.work_dir;
  auto labels = config.labels;
  labels.insert(image.annotations.begin(), image.annotations.end());
  if (!labels.empty()) out["Labels"] = to_json(labels);
  if (!config.stop_signal.empty()) out["StopSignal"] = config.stop_signal;
  return out;
}

// Seconds since 1970 UTC of an RFC 3339 time, fractions of a second dropped, or nothing.
std::optional<std::int64_t> parse_time(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t digits) -> std::optional<int> {
    if (text.size() < at + digits) return std::nullopt;
    const auto value = base::parse_decimal(text.substr(at, digits));
    return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
  };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day = number(8, 2);
  const auto hour = number(11, 2);
  const auto minute = number(14, 2);
  const auto second = number(17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;

  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && base::is_digit(text[at])) ++at;
  }
  std::int64_t offset = 0;
  if (text.substr(at) != "Z") {
    const auto hours = number(at + 1, 2);
    const auto minutes = number(at + 4, 2);
    if (!hours || !minutes || text.size() != at + 6 || text[at + 3] != ':') return std::nullopt;
    if (text[at] != '+' && text[at] != '-') return std::nullopt;
    offset = (std::int64_t{*hours} * 60 + *minutes) * 60 * (text[at] == '+' ? 1 : -1);
  }
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((days * 24 + *hour) * 60 + *minute) * 60 + *second - offset;
}

}  // namespace

std::string config_text(const Image& image) {
  const auto created = base::iso_time(image.config.created);
  Json out;
  out["created"] = created;
  out["architecture"] = image.config.architecture;
  if (!image.config.variant.empty()) out["variant"] = image.config.variant;
  out["os"] = "linux";
  out["config"] = execution(image);
  auto& rootfs = out["rootfs"];
  rootfs["type"] = "layers";
  rootfs["diff_ids"] = Json::array();
  out["history"] = Json::array();
  for (const auto& layer : image.layers) {
    rootfs["diff_ids"].push_back(layer->diff_id.oci());
    Json step;
    step["created"] = created;
    step["created_by"] = maker;
    out["history"].push_back(std::move(step));
  }
  return to_text(out);
}

std::string manifest_text(const Image& image, const Descriptor& config) {
  Json out;
  out["schemaVersion"] = 2;
  out["mediaType"] = manifest_type;
  out["config"] = to_json(config);
  out["layers"] = Json::array();
  for (const auto& layer : image.layers) {
    out["layers"].push_back(to_json(Descriptor{layer->media_type, layer->digest, layer->size, {}, {}}));
  }
  if (!image.annotations.empty()) out["annotations"] = to_json(image.annotations);
  return to_text(out);
}

std::string index_text(const std::vector<Descriptor>& manifests,
                       const std::map<std::string, std::string>& annotations) {
  Json out;
  out["schemaVersion"] = 2;
  out["mediaType"] = index_type;
  out["manifests"] = Json::array();
  for (const auto& manifest : manifests) out["manifests"].push_back(to_json(manifest));
  if (!annotations.empty()) out["annotations"] = to_json(annotations);
  return to_text(out);
}

ConfigDocument read_config(const JsonObject& document) {
  ConfigDocument out;
  auto& config = out.config;
  config.architecture = document.text("architecture");
  config.variant = document.text("variant");
  out.os = document.text("os");
  if (document.has("created")) {
    const auto created = parse_time(document.text("created"));
    if (!created) throw document.error(fmt::format("'created' is no time: '{}'", document.text("created")));
    config.created = *created;
  }
  const auto execution = document.object("config");
  config.user = execution.text("User");
  for (const auto& variable : execution.texts("Env")) {
    const auto equals = variable.find('=');
    config.environment[variable.substr(0, equals)] = equals == std::string::npos ? "" : variable.substr(equals + 1);
  }
  config.entrypoint = execution.texts("Entrypoint");
  config.cmd = execution.texts("Cmd");
  config.work_dir = execution.text("WorkingDir");
  config.stop_signal = execution.text("StopSignal");
  config.ports = execution.object("ExposedPorts").keys();
  config.volumes = execution.object("Volumes").keys();
  const auto labels = execution.object("Labels");
  for (const auto& key : labels.keys()) config.labels[key] = labels.text(key.c_str());
  for (const auto& diff_id : document.object("rootfs").texts("diff_ids")) {
    const auto digest = base::Digest::from_oci(diff_id);
    if (!digest) throw document.error(fmt::format("'diff_ids' holds no SHA-256 digest: '{}'", diff_id));
    out.diff_ids.push_back(*digest);
  }
  return out;
}

}  // namespace debone::image
