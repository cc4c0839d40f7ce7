#include "fetch/unpack.hpp"

#include "base/text.hpp"
#include "fetch/new_tree.hpp"

namespace cudasetup::fetch {

using base::ErrorKind;
using effects::FollowLinks;

namespace {

/// Names the zip, where what it holds is the fault.
base::Error with_zip(base::Error error, const std::string& zip)
{
  if (error.kind == ErrorKind::untrusted) {
    error.message = zip + " is refused: " + error.message;
    error.hints.push_back({"remove it, so that it is fetched again", base::Command{{"rm", zip}}});
  }
  return error;
}

/// A zip that is all there already.
base::Result<void> take_all(ArrivingZip& zip, effects::Files& files, const std::string& file)
{
  CUDASETUP_TRY_ASSIGN(const auto view, files.view(file));
  Spans all;
  all.add({0, view->bytes().size()});
  zip.has({file, all, all.bytes()});
  zip.ends();
  return {};
}

bool is_libtorch_tree(effects::Files& files, const std::string& path)
{
  const auto version = files.status(path + "/build-version", FollowLinks::no);
  const auto cmake = files.status(path + "/share/cmake/Torch", FollowLinks::no);
  return version && version->type == effects::FileType::regular && cmake && cmake->type == effects::FileType::directory;
}

} // namespace

base::Result<void> check_destination(effects::Files& files, const std::string& to)
{
  const auto refuse = [](const std::string& why) {
    return base::fail(base::make_error(ErrorKind::refused, why)
                          .with_hint("choose another directory (--libtorch-dir), or move it away first"));
  };
  if (!to.starts_with('/') || to.find_first_not_of('/') == std::string::npos || to.find('/', 1) == std::string::npos) {
    return refuse(to + " is no place for LibTorch: it would take over a folder of the system");
  }
  const auto there = files.status(to, FollowLinks::no);
  if (!there) {
    return {};
  }
  if (there->type != effects::FileType::directory) {
    return refuse(to + " is there and is no directory; it is not replaced");
  }
  if (!files.list(to).empty() && !is_libtorch_tree(files, to)) {
    return refuse(to + " is there and holds something else than LibTorch; it is not replaced");
  }
  return {};
}

base::Result<std::uint64_t> unpacked_bytes(effects::Files& files, const std::string& zip)
{
  CUDASETUP_TRY_ASSIGN(const auto view, files.view(zip));
  auto entries = read_zip_directory(view->bytes(), ZipLimits{k_most_unpacked_bytes});
  if (!entries) {
    return base::fail(with_zip(std::move(entries).error(), zip));
  }
  std::uint64_t sum = 0;
  for (const ZipEntry& entry : *entries) {
    sum += entry.bytes;
  }
  return sum;
}

base::Result<Unpacked>
unpack(effects::Files& files, effects::Events& events, effects::Interrupts& interrupts, const UnpackRequest& request)
{
  NewTree tree(files, events, interrupts, request);
  CUDASETUP_TRY(tree.put_former_back());
  ArrivingZip zip(files, ZipLimits{request.most_bytes});
  CUDASETUP_TRY(take_all(zip, files, request.zip));
  auto unpacked = tree.write(zip);
  if (unpacked) {
    if (auto placed = tree.put_in_place(); !placed) {
      unpacked = base::fail(std::move(placed).error());
    }
  }
  return unpacked.map_error([&](base::Error error) {
    return with_zip(std::move(error), request.zip).while_doing("unpacking " + request.what);
  });
}

} // namespace cudasetup::fetch
