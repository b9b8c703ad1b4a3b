#include "image/layout.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "base/file.h"
#include "base/process.h"
#include "base/tar_reader.h"
#include "image/read.h"
#include "image/test_image.h"

namespace debone::image {
namespace {

using base::Exit;
using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

// Every file below a folder, or the folder's direct children.
std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::string output_of(const std::vector<std::string>& argv) {
  const auto output = base::run_and_capture(argv, 1U << 20U);
  EXPECT_EQ(output.status, 0) << output.err;
  return output.out;
}

class LayoutOnDisk : public testing::Test {
 protected:
  base::TempDir temporary{"layout_test"};
  fs::path target = temporary.path() / "php-fpm";
};

TEST_F(LayoutOnDisk, IsALayoutAndNothingBesides) {
  const auto written = write_layout(target, {{"latest", {sample_image()}}}).at(0);
  EXPECT_THAT(names_in(temporary.path()), ElementsAre("php-fpm"));
  EXPECT_THAT(names_in(target), ElementsAre("blobs", "index.json", "oci-layout"));
  EXPECT_EQ(names_in(target / "blobs/sha256").size(), 3U);
  for (const auto& name : names_in(target / "blobs/sha256")) {
    EXPECT_EQ(base::Digest::of(base::read_file(target / "blobs/sha256" / name, 1U << 20U)).hex(), name);
  }
  EXPECT_EQ(base::read_file(target / "oci-layout", 100), R"({"imageLayoutVersion":"1.0.0"})");
  EXPECT_THAT(
      base::read_file(target / "index.json", 10000),
      testing::AllOf(HasSubstr(written.digest.oci()), HasSubstr(R"("platform":{"architecture":"amd64","os":"linux"})"),
                     HasSubstr(R"("annotations":{"org.opencontainers.image.ref.name":"latest"})")));
  EXPECT_EQ(written.media_type, manifest_type);
}

TEST_F(LayoutOnDisk, SkopeoReadsIt) {
  const auto written = write_layout(target, {{"latest", {sample_image()}}}).at(0);
  const auto told = output_of({"skopeo", "inspect", "oci:" + target.string() + ":latest"});
  EXPECT_THAT(told, HasSubstr(written.digest.oci()));
  EXPECT_THAT(told, HasSubstr(R"("Created": "2023-11-14T22:13:24Z")"));
  EXPECT_THAT(told, HasSubstr(R"("org.opencontainers.image.title": "php-fpm")"));
  // skopeo verifies every blob that it copies.
  output_of(
      {"skopeo", "copy", "-q", "oci:" + target.string() + ":latest", "dir:" + (temporary.path() / "copy").string()});
}

TEST_F(LayoutOnDisk, UmociUnpacksIt) {
  write_layout(target, {{"latest", {sample_image()}}});
  const auto bundle = temporary.path() / "bundle";
  output_of({"umoci", "unpack", "--rootless", "--image", target.string() + ":latest", bundle.string()});
  EXPECT_EQ(base::read_file(bundle / "rootfs/usr/bin/php", 100), "the program");
  EXPECT_EQ(fs::hard_link_count(bundle / "rootfs/usr/bin/php8"), 2U);
  EXPECT_EQ(fs::read_symlink(bundle / "rootfs/bin"), "usr/bin");
  EXPECT_EQ(fs::status(bundle / "rootfs/var/lib/php/sessions").permissions(), static_cast<fs::perms>(01733));
}

TEST_F(LayoutOnDisk, SeveralImagesMakeAnIndex) {
  const auto written = write_layout(target, {{"latest", {sample_image(), sample_image(sample_tree(), "arm64")}}}).at(0);
  EXPECT_EQ(written.media_type, index_type);
  EXPECT_EQ(StoredImage::open(target, "amd64").config().architecture, "amd64");
  EXPECT_EQ(StoredImage::open(target, "arm64").config().architecture, "arm64");
  EXPECT_THAT(output_of({"skopeo", "inspect", "--raw", "oci:" + target.string() + ":latest"}), HasSubstr("arm64"));
  EXPECT_THAT(
      output_of({"skopeo", "--override-arch", "arm64", "inspect", "--config", "oci:" + target.string() + ":latest"}),
      HasSubstr(R"("architecture": "arm64")"));
}

TEST_F(LayoutOnDisk, IsTheSameEachTime) {
  write_layout(target, {{"latest", {sample_image()}}});
  const auto other = temporary.path() / "other";
  write_layout(other, {{"latest", {sample_image()}}});
  output_of({"diff", "-r", target.string(), other.string()});
}

TEST_F(LayoutOnDisk, ReplacesItsOwnLayoutAsAWhole) {
  write_layout(target, {{"latest", {sample_image()}}});
  auto tree = sample_tree();
  tree.remove(path_of("usr/bin/su"));
  const auto written = write_layout(target, {{"latest", {sample_image(tree)}}}).at(0);
  EXPECT_EQ(names_in(target / "blobs/sha256").size(), 3U);
  EXPECT_EQ(StoredImage::open(target, "").manifest_digest(), written.digest);
  EXPECT_THAT(names_in(temporary.path()), ElementsAre("php-fpm"));
}

TEST_F(LayoutOnDisk, GoesIntoAnEmptyFolderAndThroughALink) {
  fs::create_directory(temporary.path() / "real");
  fs::create_directory_symlink("real", target);
  write_layout(target.string() + "/", {{"latest", {sample_image()}}});
  EXPECT_TRUE(fs::is_symlink(target));
  EXPECT_THAT(names_in(temporary.path() / "real"), ElementsAre("blobs", "index.json", "oci-layout"));
}

TEST_F(LayoutOnDisk, RefusesAFolderThatHoldsAnythingElse) {
  const auto refused = [&] {
    return error_of([&] { write_layout(target, {{"latest", {sample_image()}}}); }, Exit::usage, target.string());
  };
  const auto text =
      "error: PATH: the folder is not empty and holds no image layout of one image\n"
      "  hint: name a folder that does not exist yet, or one that debone wrote\n";
  fs::create_directory(target);
  base::write_file_atomically(target / "thesis.txt", "years of work");
  EXPECT_EQ(refused(), text);
  EXPECT_EQ(base::read_file(target / "thesis.txt", 100), "years of work");

  fs::remove_all(target);
  write_layout(target, {{"latest", {sample_image()}}});
  base::write_file_atomically(target / "thesis.txt", "years of work");
  EXPECT_EQ(refused(), text);

  // Another tool's, with several images: they would be lost.
  fs::remove(target / "thesis.txt");
  base::write_file_atomically(target / "index.json", R"({"manifests":[{},{}]})");
  EXPECT_EQ(refused(), text);
  EXPECT_THAT(names_in(temporary.path()), ElementsAre("php-fpm"));
}

TEST_F(LayoutOnDisk, RefusesAFile) {
  base::write_file_atomically(target, "a file");
  EXPECT_EQ(error_of([&] { write_layout(target, {{"latest", {sample_image()}}}); }, Exit::usage, target.string()),
            "error: PATH: cannot write a folder here: a file has this name\n"
            "  hint: name another folder, or remove the file\n");
}

TEST_F(LayoutOnDisk, WhatAKilledProcessLeftGoesAndWhatALivingOneWritesStays) {
  const auto dead = temporary.path() / ".php-fpm.debone-4194305-0";
  const auto alive = temporary.path() / ".php-fpm.debone-4194306-0";
  fs::create_directories(dead / "blobs/sha256");
  base::write_file_atomically(dead / "blobs/sha256/half", "half a blob");
  fs::create_directory(alive);
  const base::Fd lock(::open(alive.c_str(), O_RDONLY | O_DIRECTORY));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
  write_layout(target, {{"latest", {sample_image()}}});
  EXPECT_THAT(names_in(temporary.path()), ElementsAre(".php-fpm.debone-4194306-0", "php-fpm"));
}

TEST_F(LayoutOnDisk, AFailureLeavesTheOldOneAndNothingHalf) {
  const auto before = write_layout(target, {{"latest", {sample_image()}}}).at(0);
  auto image = sample_image();
  image.config.user = "\xFF";
  EXPECT_THROW(write_layout(target, {{"latest", {image}}}), base::Error);
  EXPECT_EQ(StoredImage::open(target, "").manifest_digest(), before.digest);
  EXPECT_THAT(names_in(temporary.path()), ElementsAre("php-fpm"));
}

TEST_F(LayoutOnDisk, AKillAtAnyMomentLeavesAWholeLayout) {
  const std::vector images{sample_image()};
  const auto digest = write_layout(target, {{"latest", images}}).at(0).digest;
  for (int i = 0; i < 20; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) write_layout(target, {{"latest", images}});
    }
    ::usleep(static_cast<useconds_t>(1000 + i * 337));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ASSERT_EQ(StoredImage::open(target, "").manifest_digest(), digest);
    ASSERT_EQ(file_system(StoredImage::open(target, "")).nodes().size(), sample_tree().nodes().size());
  }
  write_layout(target, {{"latest", images}});
  EXPECT_THAT(names_in(temporary.path()), ElementsAre("php-fpm"));
}

class DockerArchive : public LayoutOnDisk {
 protected:
  fs::path file = temporary.path() / "php-fpm.tar";
};

TEST_F(DockerArchive, HoldsDockersManifestBesideTheLayout) {
  const auto written = write_docker_archive(file, {{"php-fpm", {sample_image()}}}).at(0);
  EXPECT_THAT(names_in(temporary.path()), ElementsAre("php-fpm.tar"));
  const auto bytes = base::read_file(file, 1U << 20U);
  std::map<std::string, std::string> files;
  for (const auto& entry : base::read_tar(bytes)) files[entry.name] = entry.content;
  EXPECT_EQ(files.size(), 8U);  // two folders, three blobs, three documents
  const auto config = base::Digest::of(config_text(sample_image()));
  EXPECT_EQ(files.at("manifest.json"), R"([{"Config":"blobs/sha256/)" + config.hex() +
                                           R"(","RepoTags":["php-fpm:latest"],"Layers":["blobs/sha256/)" +
                                           sample_image().layers[0]->digest.hex() + R"("]}])");
  EXPECT_THAT(files.at("index.json"), HasSubstr(R"("annotations":{"io.containerd.image.name":"docker.io/library/)"
                                                R"(php-fpm:latest","org.opencontainers.image.ref.name":"latest"})"));
  EXPECT_THAT(files.at("index.json"), HasSubstr(written.digest.oci()));
  EXPECT_TRUE(files.contains("oci-layout"));
}

TEST_F(DockerArchive, SkopeoReadsItEitherWay) {
  write_docker_archive(file, {{"registry.example.org:5000/team/php-fpm:8.4", {sample_image()}}});
  EXPECT_THAT(output_of({"skopeo", "inspect", "docker-archive:" + file.string()}),
              HasSubstr(R"("Created": "2023-11-14T22:13:24Z")"));
  EXPECT_THAT(output_of({"skopeo", "inspect", "oci-archive:" + file.string()}),
              HasSubstr(R"("Created": "2023-11-14T22:13:24Z")"));
  output_of({"skopeo", "copy", "-q", "docker-archive:" + file.string(), "dir:" + (temporary.path() / "copy").string()});
}

TEST_F(DockerArchive, IsTheSameEachTime) {
  write_docker_archive(file, {{"php-fpm", {sample_image()}}});
  const auto other = temporary.path() / "other.tar";
  write_docker_archive(other, {{"php-fpm:latest", {sample_image()}}});
  EXPECT_EQ(base::read_file(file, 1U << 20U), base::read_file(other, 1U << 20U));
}

TEST_F(DockerArchive, RefusesANameThatDockerDoesNotTake) {
  for (const std::string name : {"", "PHP", "php fpm", "php-fpm:", ":latest", "php-fpm:-x", "-php", "a//b",
                                 "php@sha256:0", "php-fpm:a/b", "a/b:5000/c"}) {
    EXPECT_EQ(error_of([&] { write_docker_archive(file, {{name, {sample_image()}}}); }, Exit::usage),
              "error: '" + name +
                  "' is not an image name that docker takes\n"
                  "  hint: it has lower-case letters, digits and .-_/ and may end in a tag, as in php-fpm:latest\n");
  }
  EXPECT_FALSE(fs::exists(file));
}

}  // namespace
}  // namespace debone::image
