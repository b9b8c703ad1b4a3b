// The five kinds of structure tests, each with what it finds not as expected. All but the command tests read the
// image's files and config alone and start nothing.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"
#include "structure/pattern.h"
#include "structure/result.h"
#include "structure/test_file.h"
#include "tree/tree.h"

namespace debone::structure {

// The image under test.
struct Subject {
  const image::Config& config;
  const tree::Tree& tree;
};

using Failures = std::vector<Failure>;

// Runs the setup, the command and the teardown one after the other in one container. A program of setup or teardown
// that fails fails the test. Each has `timeout` to end.
Failures check_command(const CommandTest& test, const TestFile& file, const Subject& subject,
                       std::chrono::milliseconds timeout);
Failures check_existence(const FileExistenceTest& test, const tree::Tree& tree);
Failures check_content(const FileContentTest& test, const tree::Tree& tree);
Failures check_metadata(const MetadataTest& test, const image::Config& config);
Failures check_license(const LicenseTest& test, const tree::Tree& tree);

// A file's mode as Go's fs.FileMode writes it: "-rwxr-xr-x", "urwxr-xr-x", "dtrwxrwxrwx", "Lrwxrwxrwx".
std::string go_mode(const tree::Node& node);

// That `text` matches each of the one and none of the other; `what` is how failures call it.
void check_text(std::string_view what, std::string_view text, const std::vector<Pattern>& expected,
                const std::vector<Pattern>& excluded, Failures& failures);

}  // namespace debone::structure
