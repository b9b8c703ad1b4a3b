#include "archive/archive.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "archive/http.h"
#include "archive/indexes.h"
#include "archive/plan.h"
#include "archive/release_files.h"
#include "archive/url.h"
#include "base/error.h"
#include "base/rel_path.h"
#include "base/text.h"

namespace debone::archive {
namespace {

using base::Error;
using base::Exit;

constexpr std::int64_t day = std::int64_t{24} * 60 * 60;
constexpr std::string_view date_record = "release-date";

// Checks who the Release says it is and how long it holds; returns what the options waived.
std::vector<std::string> check(const SuitePlan& suite, const debian::ReleaseFields& release, std::int64_t now,
                               store::Store& store, const Options& options) {
  const auto place = shown_url(suite.url_of("InRelease"));
  if (!is_named(release, suite.suite)) {
    throw Error(Exit::trust,
                fmt::format("is the Release of '{}' ({}), not of '{}'", release.suite, release.codename, suite.suite))
        .at(place)
        .hint("a mirror may serve one suite under the name of another; nothing of it was used");
  }
  if (release.date > now + day) {
    throw Error(Exit::trust, fmt::format("is from the future, {} (Date)", base::iso_time(release.date)))
        .at(place)
        .hint("is this machine's clock right?");
  }
  std::vector<std::string> waived;
  const auto refuse = [&](std::string fault, bool waive, std::string_view option) {
    if (!waive) {
      throw Error(Exit::trust, std::move(fault))
          .at(place)
          .hint(fmt::format("the mirror may be stale or replayed; use {} to accept it", option));
    }
    waived.push_back(fmt::format("{}: {}", suite.label, fault));
  };
  if (release.valid_until && *release.valid_until < now) {
    refuse(fmt::format("expired on {} (Valid-Until)", base::iso_time(*release.valid_until)), options.allow_expired,
           "--allow-expired");
  }
  const auto record = store.read_record(date_record, suite.identity);
  const auto seen = record ? base::parse_decimal(*record) : std::nullopt;
  const auto last = seen ? static_cast<std::int64_t>(*seen) : 0;
  if (release.date < last) {
    refuse(fmt::format("of {}, older than the one of {} that was seen before (Date)", base::iso_time(release.date),
                       base::iso_time(last)),
           options.allow_older, "--allow-older");
  } else if (release.date > last) {
    store.write_record(date_record, suite.identity, std::to_string(release.date));
  }
  return waived;
}

// A Filename, as indexes have it: "pool/main/h/hello/hello_2.10-5_amd64.deb", "./hello.deb".
base::RelPath path_of(const std::string& filename, const std::string& place) {
  auto path = base::RelPath::parse(filename);
  if (!path || path->is_root()) {
    throw Error(Exit::trust, fmt::format("'{}' is no path below the archive's root (Filename)", filename)).at(place);
  }
  return *std::move(path);
}

constexpr const char* dropped_hint = "the mirror no longer has this version; run the command again to resolve anew";
constexpr const char* lost_hint =
    "`debone update RECIPE` resolves anew; `snapshot:` of a source in the recipe names another archive of old versions";

Blob blob_of(const Wanted& wanted) {
  const auto path = path_of(wanted.filename, wanted.id);
  Blob blob{{join_url(wanted.base_url, path.str())}, wanted.sha256, wanted.size, dropped_hint};
  for (const auto& root : wanted.old) blob.urls.push_back(join_url(root, path.str()));
  return blob;
}

// What the store lacks, named: the first few of them, and how many there are.
void require_all(const std::vector<Wanted>& wanted, const store::Store& store) {
  constexpr std::size_t most_named = 3;
  std::vector<std::string> named;
  std::size_t missing = 0;
  for (const auto& one : wanted) {
    if (store.has(one.sha256, one.size)) continue;
    if (++missing <= most_named) named.push_back(one.id + ".deb");
  }
  if (missing == 0) return;
  throw Error(Exit::network,
              fmt::format("not in the store, and --offline allows no request: {}{}", base::join(named, ", "),
                          missing > most_named ? fmt::format(" and {} more", missing - most_named) : ""))
      .hint("`debone fetch RECIPE` brings them while the network is there");
}

}  // namespace

std::vector<Suite> open(const std::vector<recipe::Source>& sources, const std::string& architecture,
                        store::Store& store, const Options& options, base::Events& events) {
  if (options.offline) {
    throw Error(Exit::network, "--offline allows no request, and only the archive can say what there is to choose from")
        .hint("run it without --offline while the network is there; a build from a lock needs no index");
  }
  const std::int64_t now = std::time(nullptr);
  const auto planned = plan(sources, options);
  Fetcher fetcher(events, options.user_agent);
  const auto fetched = fetch_releases(planned, fetcher);

  std::vector<Suite> suites;
  std::vector<IndexPlan> index_plans;
  std::vector<std::size_t> suite_of_index;
  for (std::size_t i = 0; i < planned.suites.size(); ++i) {
    const auto& suite = planned.suites[i];
    auto release = fetched.releases[i].verify(fetched.keyrings[suite.key], now);
    keep_release(fetched.releases[i], release, store);
    auto waived = check(suite, release.fields(), now, store, options);
    for (auto& index : plan_indexes(suite, release.fields(), architecture)) {
      index_plans.push_back(std::move(index));
      suite_of_index.push_back(i);
    }
    suites.push_back(
        {suite.source, suite.label, suite.base_url, std::move(release), std::move(waived), {}, suite.only});
  }

  auto indexes = load_indexes(index_plans, architecture, fetcher, store, options.jobs);
  for (std::size_t i = 0; i < indexes.size(); ++i) {
    suites[suite_of_index[i]].indexes.push_back(std::move(indexes[i]));
  }
  return suites;
}

Wanted wanted(const debian::PackageRecord& package, const Suite& suite) {
  const auto place = fmt::format("{} in {}", package.id(), suite.label);
  path_of(package.filename, place);
  if (!package.sha256 || package.size == 0) {
    throw Error(Exit::trust, "the index names no size or no SHA-256 for it").at(place);
  }
  return {package.id(), package.filename, package.size, *package.sha256, suite.base_url, {}};
}

void fetch(const std::vector<Wanted>& wanted, store::Store& store, const Options& options, base::Events& events) {
  if (options.offline) return require_all(wanted, store);
  std::vector<Blob> blobs;
  for (const auto& one : wanted) blobs.push_back(blob_of(one));
  try {
    Fetcher(events, options.user_agent).blobs(blobs, store);
  } catch (const Error& error) {
    // An old root was tried in vain: the mirror is what had it first.
    for (std::size_t i = 0; i < blobs.size() && error.code() == Exit::network; ++i) {
      const auto& urls = blobs[i].urls;
      if (std::none_of(urls.begin() + 1, urls.end(), [&](const auto& url) { return shown_url(url) == error.place(); }))
        continue;
      throw Error(error.code(), fmt::format("{}; the mirror no longer has {}.deb", error.message(), wanted[i].id))
          .at(error.place())
          .hint(lost_hint);
    }
    throw;
  }
}

}  // namespace debone::archive
