// What `debone check` says of an image: as text, as JSON, and as SARIF 2.1.0, which code hosts show.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "check/check.h"

namespace debone::cli {

struct CheckedImage {
  std::string name;    // as the user named it
  std::string digest;  // of its manifest
  check::Verdict verdict;
};

std::string check_text(const CheckedImage& checked);
nlohmann::ordered_json check_json(const CheckedImage& checked);
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html: every kind of finding is a rule, a path is relative
// to the image's root, and what is allowed is suppressed with its reason.
nlohmann::ordered_json check_sarif(const CheckedImage& checked);

}  // namespace debone::cli
