# For CUDASETUP_STATIC: one file without shared libraries. Include before the libraries are looked for.
#   CUDASETUP_CURL   folder of a static libcurl with OpenSSL and c-ares, made by src/package/libcurl
#   cudasetup_static(TARGET)   after they were found: links the program so
set(CUDASETUP_CURL "" CACHE PATH "Folder of the static libcurl")
if(NOT EXISTS ${CUDASETUP_CURL}/lib/libcurl.a)
  message(FATAL_ERROR "CUDASETUP_STATIC needs CUDASETUP_CURL, the folder that `src/package/libcurl build` prints; "
                      "`./dev package` does both")
endif()
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
set(OPENSSL_USE_STATIC_LIBS ON)
set(CURL_NO_CURL_CMAKE ON)
set(CURL_INCLUDE_DIR ${CUDASETUP_CURL}/include)
set(CURL_LIBRARY ${CUDASETUP_CURL}/lib/libcurl.a)
find_library(LIBCARES cares REQUIRED)
# Small before fast: what takes time (digests, inflating, TLS) is in libraries with code of their own.
set(CMAKE_CXX_FLAGS_RELEASE "-Os -DNDEBUG")
add_compile_options(-ffunction-sections -fdata-sections)

# The linker warns of look-ups and dlopen inside libcrypto and c-ares; nobody calls them: names come from c-ares, ports
# are numbers, and own_openssl.cpp keeps OpenSSL from loading anything.
function(cudasetup_static target)
  # Distributions make spdlog's headers ask for the shared fmt, of which there is no static one.
  get_target_property(libraries spdlog::spdlog_header_only INTERFACE_LINK_LIBRARIES)
  list(TRANSFORM libraries REPLACE "^fmt::fmt$" fmt::fmt-header-only)
  set_property(TARGET spdlog::spdlog_header_only PROPERTY INTERFACE_LINK_LIBRARIES ${libraries})
  set_property(TARGET CURL::libcurl APPEND PROPERTY INTERFACE_LINK_LIBRARIES OpenSSL::SSL OpenSSL::Crypto ${LIBCARES})
  # Reading the manifest that the program brings is what every plan waits for.
  foreach(room base manifest)
    target_compile_options(${room} PRIVATE -O2)
  endforeach()
  target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src/package/own_openssl.cpp)
  target_link_libraries(${target} PRIVATE OpenSSL::Crypto)
  target_link_options(${target} PRIVATE -static -s -Wl,--gc-sections)
endfunction()
