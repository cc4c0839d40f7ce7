# What every target of ours is compiled with; libraries of others are never warned about.
add_library(cudasetup_settings INTERFACE)
target_compile_features(cudasetup_settings INTERFACE cxx_std_20)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
target_compile_definitions(cudasetup_settings INTERFACE CUDASETUP_VERSION="${PROJECT_VERSION}")
target_include_directories(cudasetup_settings INTERFACE ${CMAKE_SOURCE_DIR}/src)
target_compile_options(cudasetup_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Wold-style-cast -Wcast-qual)
if(CUDASETUP_DEV)
  target_compile_options(cudasetup_settings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # g++ 12 sees uninitialised members in recursive variants (json::Value) and overlapping copies in string sums where
  # there are none.
  target_compile_options(cudasetup_settings INTERFACE -Wno-maybe-uninitialized -Wno-restrict -Wno-missing-field-initializers)
else()
  target_compile_options(cudasetup_settings INTERFACE -Wno-missing-field-initializers)
endif()
if(CUDASETUP_SANITIZE)
  target_compile_options(cudasetup_settings INTERFACE -fsanitize=${CUDASETUP_SANITIZE} -fno-sanitize-recover=all
                         -fno-omit-frame-pointer)
  target_link_options(cudasetup_settings INTERFACE -fsanitize=${CUDASETUP_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Two checkouts share what was compiled: paths below the source folder count as relative ones.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
if(CUDASETUP_CLANG_TIDY)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY} --quiet)
endif()
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
