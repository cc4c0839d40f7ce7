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
add_compile_options(-ffunction-sections -fdata-sections)

function(cudasetup_static target)
  set_property(TARGET CURL::libcurl APPEND PROPERTY INTERFACE_LINK_LIBRARIES OpenSSL::SSL OpenSSL::Crypto ${LIBCARES})
  target_link_options(${target} PRIVATE -static -s -Wl,--gc-sections)
endfunction()
