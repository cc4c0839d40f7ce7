#include "journal/path_state.hpp"

#include "base/hash.hpp"

#include <tuple>

namespace cudasetup::journal {

namespace {

using effects::FileType;

constexpr std::int64_t k_most_id = 0xFFFFFFFF;
/// Python writes it at the first import, and again for another version.
constexpr std::string_view k_compiled = "__pycache__";

std::string_view name_of(FileType type)
{
  switch (type) {
  case FileType::regular:
    return "regular";
  case FileType::directory:
    return "directory";
  case FileType::link:
    return "link";
  case FileType::other:
    break;
  }
  return "other";
}

/// Adds what lies under @p directory; names come sorted, so that the same tree gives the same digest.
void add_tree(base::Hasher& hasher, effects::Files& files, const std::string& directory, const std::string& name)
{
  for (const std::string& entry : files.list(directory)) {
    const std::string path = directory + "/" + entry;
    const auto status = files.status(path, effects::FollowLinks::no);
    if (!status || entry == k_compiled) {
      continue;
    }
    const std::string inner = name + "/" + entry;
    // A directory changes also when what is left out comes into it.
    const bool is_file = status->type == FileType::regular;
    const std::string content =
        is_file ? std::to_string(status->bytes) + '\0' + std::to_string(status->modified_ns) : std::string();
    hasher.update(inner + '\0' + std::string(name_of(status->type)) + '\0' + std::to_string(status->mode) + '\0' +
                  std::to_string(status->owner) + '\0' + std::to_string(status->group) + '\0' + content + '\0' +
                  files.link_target(path).value_or("") + '\0');
    if (status->type == FileType::directory) {
      add_tree(hasher, files, path, inner);
    }
  }
}

base::Result<std::string> digest_of_file(effects::Files& files, const std::string& path)
{
  auto view = files.view(path);
  if (!view) {
    return base::fail(std::move(view).error().with_hint("see who may read it, and move it away if nobody needs it",
                                                        base::Command{{"ls", "-la", path}}));
  }
  const std::span<const char> bytes = (*view)->bytes();
  return base::digest_of(base::DigestKind::sha256, std::string_view(bytes.data(), bytes.size())).hex();
}

} // namespace

bool PathState::operator==(const PathState& other) const
{
  const auto parts = [](const PathState& state) {
    const effects::FileStatus& s = state.status;
    return std::tie(s.type, s.mode, s.owner, s.group, state.link_target, state.digest);
  };
  return exists == other.exists && (!exists || parts(*this) == parts(other));
}

base::Result<PathState> look_at(effects::Files& files, const std::string& path, Extent extent)
{
  PathState state;
  const auto status = files.status(path, effects::FollowLinks::no);
  if (!status) {
    return state;
  }
  state.exists = true;
  state.status = *status;
  state.status.bytes = 0;
  if (status->type == FileType::link) {
    state.link_target = files.link_target(path).value_or("");
  } else if (status->type == FileType::regular) {
    CUDASETUP_TRY_ASSIGN(state.digest, digest_of_file(files, path));
  } else if (status->type == FileType::directory && extent == Extent::tree) {
    base::Hasher hasher(base::DigestKind::sha256);
    add_tree(hasher, files, path, "");
    state.digest = hasher.finish().hex();
  }
  return state;
}

json::Object to_json(const PathState& state)
{
  json::Object object = {{"exists", state.exists}};
  if (state.exists) {
    object.emplace_back("type", name_of(state.status.type));
    object.emplace_back("mode", static_cast<std::int64_t>(state.status.mode));
    object.emplace_back("owner", static_cast<std::int64_t>(state.status.owner));
    object.emplace_back("group", static_cast<std::int64_t>(state.status.group));
    if (!state.link_target.empty()) {
      object.emplace_back("link", state.link_target);
    }
    if (!state.digest.empty()) {
      object.emplace_back("sha256", state.digest);
    }
  }
  return object;
}

PathState read_path_state(json::Reader& reader)
{
  PathState state;
  state.exists = reader.boolean("exists");
  if (state.exists) {
    state.status.type = reader.choice<FileType>("type",
                                                {{"regular", FileType::regular},
                                                 {"directory", FileType::directory},
                                                 {"link", FileType::link},
                                                 {"other", FileType::other}});
    state.status.mode = static_cast<unsigned>(reader.integer("mode", 0, 07777));
    state.status.owner = static_cast<unsigned>(reader.integer("owner", 0, k_most_id));
    state.status.group = static_cast<unsigned>(reader.integer("group", 0, k_most_id));
    state.link_target = reader.optional_string("link").value_or("");
    state.digest = reader.optional_string("sha256").value_or("");
  }
  return state;
}

} // namespace cudasetup::journal
