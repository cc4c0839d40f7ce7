#include "verify/libraries.hpp"

#include "unit/verify/library_file.hpp"
#include "unit/verify/machine.hpp"
#include "verify/elf_needs.hpp"

#include <gmock/gmock.h>

namespace cudasetup::verify {

namespace {

using test::LibraryFile;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string k_tree = "/opt/libtorch/2.9.0+cu130";
const std::string k_lib = k_tree + "/lib/";

class Libraries : public test::VerifiedMachine {
protected:
  Libraries()
  {
    put("libtorch.so", {{"libtorch_cuda.so", "libc.so.6"}, "", "$ORIGIN"});
    put("libtorch_cuda.so", {{"libc10.so", "libc.so.6"}, "", "$ORIGIN"});
    put("libc10.so", {{"libc.so.6"}});
    m_machine.target.put("/lib/x86_64-linux-gnu/libc.so.6", LibraryFile{}.bytes());
  }
  void put(const std::string& name, const LibraryFile& library) { put_at(k_lib + name, library); }
  void put_at(const std::string& path, const LibraryFile& library) { m_machine.target.put(path, library.bytes()); }
  Check check() { return check_libraries(context(), k_tree); }
};

TEST_F(Libraries, pass_where_all_that_is_needed_is_found)
{
  m_machine.target.put(k_lib + "libtorch.so.txt", "no library\n");
  EXPECT_EQ(check().result, CheckResult::passed);
  EXPECT_EQ(check().because, "the 3 libraries of " + k_tree + "/lib are whole, and what they need is found");
  EXPECT_EQ(*check().facts.at(1).second.integer(), 4);
}

TEST_F(Libraries, a_missing_one_is_named_with_who_needs_it)
{
  ASSERT_TRUE(m_machine.target.remove(k_lib + "libc10.so"));
  EXPECT_EQ(check().result, CheckResult::failed);
  EXPECT_EQ(check().because, "what libraries need is not found: libtorch_cuda.so needs libc10.so");
  EXPECT_EQ(base::to_shell(check().hints.back().command.value()), "cudasetup install");
}

TEST_F(Libraries, one_that_is_cut_short_is_named)
{
  const std::string whole = LibraryFile{{"libc.so.6"}}.bytes();
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{200}, whole.size() - 1}) {
    m_machine.target.put(k_lib + "libc10.so", whole.substr(0, bytes));
    EXPECT_EQ(check().result, CheckResult::failed) << bytes;
    EXPECT_EQ(check().because, k_lib + "libc10.so ends too early: it is cut short") << bytes;
  }
}

TEST_F(Libraries, a_link_that_leads_nowhere_is_a_missing_library)
{
  m_machine.target.put_link(k_lib + "libgomp.so.1", "libgomp-753e6e92.so.1");
  EXPECT_THAT(check().because, HasSubstr("libgomp.so.1 leads nowhere"));
}

TEST_F(Libraries, those_of_the_driver_are_no_fault_of_the_tree)
{
  put("libtorch_cuda.so", {{"libc10.so", "libcuda.so.1"}, "", "$ORIGIN"});
  EXPECT_EQ(check().result, CheckResult::passed);
  EXPECT_THAT(check().because, HasSubstr("libcuda.so.1 comes with a driver, which is not here"));
  put_at("/usr/lib/wsl/lib/libcuda.so.1", {});
  EXPECT_THAT(check().because, testing::Not(HasSubstr("libcuda")));
}

TEST_F(Libraries, those_of_the_driver_are_missed_where_one_is_loaded)
{
  put("libtorch_cuda.so", {{"libc10.so", "libcuda.so.1"}, "", "$ORIGIN"});
  m_facts.driver = host::LoadedDriver{base::Version::parse("580.95.05").value(), std::nullopt};
  EXPECT_EQ(check().result, CheckResult::failed);
  EXPECT_EQ(check().because, "what libraries need is not found: libtorch_cuda.so needs libcuda.so.1");
  EXPECT_EQ(base::to_shell(check().hints.at(0).command.value()), "cudasetup doctor");
  m_facts.container = host::Container::docker;
  EXPECT_EQ(check().result, CheckResult::passed) << "an image is built on a machine with a GPU";
  m_machine.target.put("/dev/nvidia0", "");
  EXPECT_EQ(check().result, CheckResult::failed) << "this container was given one";
  m_request.root = "/srv/image";
  EXPECT_EQ(check().result, CheckResult::passed) << "another system's";
}

TEST_F(Libraries, those_that_others_of_the_tree_bring_in_count)
{
  // As LibTorch 2.12.0+cu132 has them (pytorch/pytorch#183971).
  put("libtorch_cuda.so", {{"libc10.so", "libtorch_nvshmem.so"}, "", "$ORIGIN"});
  put("libtorch_nvshmem.so", {{"libnvshmem_host.so.3", "libc10.so"}, "", "$ORIGIN"});
  EXPECT_EQ(check().result, CheckResult::failed);
  EXPECT_EQ(check().because, "what libraries need is not found: libtorch_nvshmem.so needs libnvshmem_host.so.3");
  put("libnvshmem_host.so.3", {});
  EXPECT_EQ(check().result, CheckResult::passed);
}

TEST_F(Libraries, what_libtorch_computes_without_is_said_and_fails_nothing)
{
  put("libcufile_rdma.so.1", {{"libibverbs.so.1", "librdmacm.so.1", "libc.so.6"}});
  EXPECT_EQ(check().result, CheckResult::passed);
  EXPECT_THAT(check().because,
              HasSubstr("; optional: libcufile_rdma.so.1 lacks libibverbs.so.1; "
                        "libcufile_rdma.so.1 lacks librdmacm.so.1"));
  put("libc10.so", {{"libcufile_rdma.so.1"}, "", "$ORIGIN"});
  EXPECT_EQ(check().result, CheckResult::failed) << "LibTorch itself reaches it";
  EXPECT_THAT(check().because, HasSubstr("libcufile_rdma.so.1 needs libibverbs.so.1"));
}

TEST_F(Libraries, an_optional_one_that_is_cut_short_is_still_damage)
{
  m_machine.target.put(k_lib + "libcufile_rdma.so.1", LibraryFile{}.bytes().substr(0, 200));
  EXPECT_EQ(check().result, CheckResult::failed);
}

TEST_F(Libraries, are_found_through_the_loaders_cache_its_paths_and_those_of_who_asks)
{
  put("libtorch_cuda.so", {{"libcufft.so.12", "libcudnn.so.7"}, "$ORIGIN/../nvidia/lib", ""});
  EXPECT_THAT(look_at_libraries(context(), k_tree + "/lib").missing,
              ElementsAre("libtorch_cuda.so needs libcufft.so.12", "libtorch_cuda.so needs libcudnn.so.7"));
  put_at("/usr/local/cuda-13.0/lib64/libcufft.so.12", {});
  m_machine.target.put("/etc/ld.so.cache",
                       test::loader_cache({{"libcufft.so.12", "/usr/local/cuda-13.0/lib64/libcufft.so.12"}}));
  put_at(k_tree + "/nvidia/lib/libcudnn.so.7", {});
  // The fake has no "..": the loader and the system follow it.
  m_machine.target.put(k_lib + "../nvidia/lib/libcudnn.so.7", LibraryFile{}.bytes());
  EXPECT_THAT(look_at_libraries(context(), k_tree + "/lib").missing, IsEmpty());
}

TEST_F(Libraries, a_stale_cache_finds_nothing)
{
  put("libtorch_cuda.so", {{"libcufft.so.12"}});
  m_machine.target.put("/etc/ld.so.cache", test::loader_cache({{"libcufft.so.12", "/usr/local/cuda-13.0/lib64/gone"}}));
  EXPECT_THAT(check().because, HasSubstr("libtorch_cuda.so needs libcufft.so.12"));
}

TEST_F(Libraries, a_toolkit_that_the_loader_does_not_know_is_named)
{
  put("libtorch_cuda.so", {{"libcufft.so.12"}});
  m_facts.toolkits.push_back({"/usr/local/cuda-13.0", std::nullopt, true});
  put_at("/usr/local/cuda-13.0/lib64/libcufft.so.12", {});
  EXPECT_THAT(check().hints.at(0).text, HasSubstr("/usr/local/cuda-13.0/lib64 has it"));
  EXPECT_EQ(base::to_shell(check().hints.at(0).command.value()), "ldconfig");
}

TEST_F(Libraries, those_that_cudnn_loads_later_count_too)
{
  put("libcudnn.so.9", {});
  EXPECT_THAT(check().because, HasSubstr("libcudnn.so.9 needs libcudnn_ops.so.9"));
  EXPECT_EQ(look_at_libraries(context(), k_tree + "/lib").missing.size(), 7U);
  for (const char* part :
       {"ops", "cnn", "adv", "graph", "heuristic", "engines_precompiled", "engines_runtime_compiled"}) {
    put("libcudnn_" + std::string(part) + ".so.9", {});
  }
  EXPECT_EQ(check().result, CheckResult::passed);
}

TEST_F(Libraries, those_that_nvrtc_loads_later_count_too)
{
  put("libnvrtc-672ee683.so.11.2", {});
  EXPECT_THAT(check().because, HasSubstr("libnvrtc-672ee683.so.11.2 needs libnvrtc-builtins.so"));
  put("libnvrtc-builtins-4730a239.so.11.8", {});
  EXPECT_EQ(check().result, CheckResult::passed);
  EXPECT_THAT(check().because, HasSubstr("which are called libnvrtc-builtins-4730a239.so.11.8 here"));
  put("libnvrtc-builtins.so.11.8", {});
  EXPECT_THAT(check().because, testing::Not(HasSubstr("nvrtc")));
}

TEST_F(Libraries, a_tree_without_any_fails)
{
  EXPECT_EQ(check_libraries(context(), "/opt/empty").because, "/opt/empty/lib has no libraries");
}

TEST_F(Libraries, that_need_each_other_end)
{
  put("libc10.so", {{"libtorch_cuda.so"}, "", "$ORIGIN"});
  EXPECT_EQ(check().result, CheckResult::passed);
}

TEST(LoaderCache, is_read_from_both_of_its_forms_and_from_no_other_file)
{
  const std::string table = test::loader_cache({{"liba.so.1", "/a"}, {"libb.so", "/b"}, {"liba.so.1", "/later"}});
  EXPECT_EQ(read_loader_cache(table).at("liba.so.1"), "/a");
  EXPECT_EQ(read_loader_cache("ld.so-1.7.0" + std::string(37, '\0') + table).at("libb.so"), "/b");
  EXPECT_THAT(read_loader_cache("hello"), IsEmpty());
  for (std::size_t bytes = 0; bytes < table.size(); ++bytes) {
    EXPECT_LE(read_loader_cache(table.substr(0, bytes)).size(), 2U);
  }
  std::string many = table;
  many.replace(20, 4, "\xff\xff\xff\xff");
  EXPECT_LE(read_loader_cache(many).size(), 4U);
}

TEST(ElfNeeds, takes_no_name_from_beyond_a_damaged_file)
{
  const std::string whole = LibraryFile{{"libc10.so", "libc.so.6"}, "", "$ORIGIN:/usr/lib"}.bytes();
  const auto read = [](std::string bytes) {
    const std::uint64_t size = bytes.size();
    return read_elf_needs(
        [bytes = std::move(bytes)](std::uint64_t offset, std::size_t count) {
          return offset < bytes.size() ? bytes.substr(offset, count) : std::string();
        },
        size);
  };
  EXPECT_THAT(read(whole)->needed, ElementsAre("libc10.so", "libc.so.6"));
  EXPECT_THAT(read(whole)->runpath, ElementsAre("$ORIGIN", "/usr/lib"));
  EXPECT_FALSE(read("INPUT(-lc10)"));
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\0', '\xff', '\x40'}) {
      std::string damaged = whole;
      damaged[at] = byte;
      const auto needs = read(damaged);
      EXPECT_TRUE(!needs || needs->needed.size() <= 8) << at;
    }
  }
}

} // namespace

} // namespace cudasetup::verify
