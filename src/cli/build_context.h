// What the stages of a build work with, beside the values that they take and give.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "archive/archive.h"
#include "cli/progress.h"
#include "store/store.h"

namespace debone::cli {

struct BaseImage;

// Images that recipes extend, opened already, by what makes one differ from another (open_base).
using OpenedBases = std::map<std::string, std::shared_ptr<const BaseImage>>;

struct BuildContext {
  store::Store& store;
  archive::Options archive;  // its jobs are every stage's
  std::optional<std::int64_t> source_date_epoch;
  bool wants_layers = true;  // a plain directory needs the tree instead
  Progress& progress;
  bool strict = false;                // a maintainer script that the table of effects does not know fails the build
  std::string without_finisher = {};  // of effects; empty: none is left out
  OpenedBases* bases = nullptr;       // for who builds several recipes that extend one; null: none is kept
};

}  // namespace debone::cli
