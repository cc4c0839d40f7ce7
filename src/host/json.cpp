#include "host/json.hpp"

namespace cudasetup::host {

namespace {

json::Value text_or_null(const std::optional<base::Version>& version)
{
  return version ? json::Value(version->text()) : json::Value();
}

json::Value text_or_null(const std::optional<std::string>& text)
{
  return text ? json::Value(*text) : json::Value();
}

json::Value list_of(const std::vector<std::string>& texts)
{
  json::Array array;
  for (const std::string& text : texts) {
    array.emplace_back(text);
  }
  return array;
}

/// An array of what @p convert makes of each element.
template<typename T, typename Convert> json::Value list_of(const std::vector<T>& items, Convert convert)
{
  json::Array array;
  for (const T& item : items) {
    array.push_back(convert(item));
  }
  return array;
}

json::Value to_value(const OsRelease& os)
{
  return json::Object{{"id", os.id},
                      {"id_like", os.id_like},
                      {"version_id", os.version_id},
                      {"name", os.name},
                      {"ubuntu_codename", os.ubuntu_codename}};
}

json::Value to_value(const GpuDevice& gpu)
{
  json::Object object = {{"address", gpu.address},
                         {"id", gpu.id ? json::Value(gpu.id->text()) : json::Value()},
                         {"capability", gpu.capability ? json::Value(gpu.capability->text()) : json::Value()},
                         {"bound_driver", gpu.bound_driver}};
  if (gpu.subsystem) {
    object.emplace_back("subsystem", gpu.subsystem->text());
  }
  return object;
}

json::Value to_value(const std::optional<LoadedDriver>& driver)
{
  if (!driver) {
    return {};
  }
  return json::Object{{"version", driver->version.text()},
                      {"module", driver->flavour ? json::Value(name_of(*driver->flavour)) : json::Value()}};
}

json::Value to_value(const Toolkit& toolkit)
{
  return json::Object{
      {"directory", toolkit.directory}, {"version", text_or_null(toolkit.version)}, {"has_nvcc", toolkit.has_nvcc}};
}

json::Value to_value(const LibTorchTree& tree)
{
  return json::Object{{"directory", tree.directory}, {"build_version", tree.build_version}};
}

json::Value to_value(const AptSource& source)
{
  json::Object object = {
      {"file", source.file}, {"line", source.line}, {"uri", source.uri}, {"signed_by", source.signed_by}};
  if (source.is_gone) {
    object.emplace_back("gone", true);
  }
  return object;
}

json::Value to_value(const Keyring& keyring)
{
  json::Array keys;
  for (const base::PublicKey& key : keyring.keys) {
    keys.push_back(json::Object{{"fingerprint", key.fingerprint}, {"sha1", key.binding == base::Binding::sha1}});
  }
  return json::Object{{"path", keyring.path}, {"keys", std::move(keys)}};
}

json::Value to_value(const Pin& pin)
{
  return json::Object{{"file", pin.file}, {"package", pin.package}, {"pin", pin.pin}, {"priority", pin.priority}};
}

json::Value to_value(const FileSystem& system)
{
  return json::Object{{"path", system.path}, {"free_bytes", system.free_bytes}, {"device", system.device}};
}

json::Value to_value(const std::map<std::string, InstalledPackage>& packages)
{
  json::Object object;
  for (const auto& [name, package] : packages) {
    object.emplace_back(name, json::Object{{"version", package.version}, {"configured", package.configured}});
  }
  return object;
}

json::Value to_value(const std::map<std::string, std::string>& files)
{
  json::Object object;
  for (const auto& [path, content] : files) {
    object.emplace_back(path, content);
  }
  return object;
}

json::Value to_value(const UbuntuSource& source)
{
  return json::Object{{"uri", source.uri},
                      {"suite", source.suite},
                      {"components", list_of(source.components)},
                      {"signed_by", source.signed_by}};
}

json::Value to_value(const std::map<std::string, ListedPackage>& packages)
{
  json::Object object;
  for (const auto& [name, package] : packages) {
    json::Object one = {{"version", package.version}, {"component", package.component}};
    if (!package.becomes.empty()) {
      one.emplace_back("becomes", package.becomes);
    }
    if (!package.at_most.empty()) {
      one.emplace_back("at_most", package.at_most);
    }
    object.emplace_back(name, std::move(one));
  }
  return object;
}

json::Value to_value(const Kernel& kernel)
{
  json::Array modules;
  for (const ModuleFile& module : kernel.modules) {
    modules.emplace_back(module.path);
  }
  return json::Object{
      {"release", kernel.release}, {"has_headers", kernel.has_headers}, {"modules", std::move(modules)}};
}

constexpr auto k_convert = [](const auto& item) { return to_value(item); };

void add_hardware(const HostFacts& facts, json::Value& value)
{
  value.set("os", to_value(facts.os));
  value.set("arch", facts.arch ? json::Value(base::name_of(*facts.arch)) : json::Value());
  value.set("kernel", facts.kernel);
  value.set("gpus", list_of(facts.gpus, k_convert));
  value.set("pci_readable", facts.pci_readable);
  value.set("driver", to_value(facts.driver));
  if (facts.waiting_driver) {
    value.set("waiting_driver", to_value(facts.waiting_driver));
  }
  value.set("container", name_of(facts.container));
  value.set("wsl", facts.wsl);
  value.set("jetson", facts.jetson);
}

/// Only what is known, or so.
void add_ground(const Ground& ground, json::Value& value)
{
  if (ground.secure_boot) {
    value.set("secure_boot", name_of(*ground.secure_boot));
  }
  if (ground.has_module_key) {
    value.set("has_module_key", true);
  }
  if (ground.key_is_enrolled) {
    value.set("key_is_enrolled", *ground.key_is_enrolled);
    value.set("key_is_pending", ground.key_is_pending);
  }
  if (!ground.kernels.empty()) {
    value.set("kernels", list_of(ground.kernels, k_convert));
  }
  if (ground.modules) {
    value.set("modules", list_of(std::vector<std::string>(ground.modules->begin(), ground.modules->end())));
  }
  if (ground.kernel_gcc) {
    value.set("kernel_gcc", *ground.kernel_gcc);
  }
  if (ground.nvswitches > 0) {
    value.set("nvswitches", std::uint64_t{ground.nvswitches});
  }
  if (ground.is_laptop) {
    value.set("laptop", true);
  }
  if (!ground.other_displays.empty()) {
    value.set("other_displays",
              list_of(ground.other_displays, [](std::uint16_t vendor) { return json::Value(std::uint64_t{vendor}); }));
  }
  if (ground.has_runfile_driver) {
    value.set("runfile_driver", true);
  }
}

void add_software(const HostFacts& facts, json::Value& value)
{
  value.set("toolkits", list_of(facts.toolkits, k_convert));
  value.set("active_toolkit", text_or_null(facts.active_toolkit));
  value.set("libtorch", list_of(facts.libtorch, k_convert));
  value.set("current_libtorch", text_or_null(facts.current_libtorch));
  value.set("glibc", text_or_null(facts.glibc));
  value.set("gcc", text_or_null(facts.gcc));
  value.set("cmake", text_or_null(facts.cmake));
  value.set("python", text_or_null(facts.python));
  value.set("apt", text_or_null(facts.apt));
  value.set("dpkg", text_or_null(facts.dpkg));
}

void add_packages(const HostFacts& facts, json::Value& value)
{
  value.set("packages", to_value(facts.packages));
  value.set("nvidia_sources", list_of(facts.nvidia_sources, k_convert));
  if (!facts.ubuntu_archive.sources.empty()) {
    value.set("ubuntu_sources", list_of(facts.ubuntu_archive.sources, k_convert));
  }
  if (!facts.ubuntu_archive.packages.empty()) {
    value.set("ubuntu_packages", to_value(facts.ubuntu_archive.packages));
  }
  value.set("nvidia_keyrings", list_of(facts.nvidia_keyrings));
  if (!facts.keyrings.empty()) {
    value.set("keyrings", list_of(facts.keyrings, k_convert));
    value.set("apt_refuses_sha1", facts.apt_refuses_sha1);
  }
  value.set("pins", list_of(facts.pins, k_convert));
  value.set("holds", list_of(facts.holds));
  value.set("dpkg_audit", list_of(facts.dpkg_audit));
  value.set("files", to_value(facts.files));
}

} // namespace

std::string_view name_of(Container container)
{
  switch (container) {
  case Container::none:
    return "none";
  case Container::docker:
    return "docker";
  case Container::podman:
    return "podman";
  case Container::lxc:
    return "lxc";
  case Container::systemd_nspawn:
    return "systemd-nspawn";
  case Container::other:
    break;
  }
  return "other";
}

std::string_view name_of(SecureBoot state)
{
  return state == SecureBoot::on ? "on" : (state == SecureBoot::off ? "off" : "impossible");
}

std::string_view name_of(ModuleFlavour flavour)
{
  return flavour == ModuleFlavour::open ? "open" : "proprietary";
}

json::Value to_json(const HostFacts& facts, Measures measures)
{
  json::Value value{json::Object{}};
  add_hardware(facts, value);
  add_ground(facts.ground, value);
  add_software(facts, value);
  add_packages(facts, value);
  if (measures == Measures::included) {
    value.set("is_root", facts.is_root);
    value.set("file_systems", list_of(facts.file_systems, k_convert));
    value.set("memory_bytes", facts.memory_bytes ? json::Value(*facts.memory_bytes) : json::Value());
  }
  return value;
}

} // namespace cudasetup::host
