# cudasetup_embed(TARGET OUTPUT NAMESPACE SYMBOL DIRECTORY files…)
# Puts files into the program: TARGET gains a source that defines
#   const std::vector<std::pair<std::string_view, std::string_view>>& cudasetup::NAMESPACE::SYMBOL()
# of (file name below DIRECTORY, bytes).
function(cudasetup_embed target output namespace symbol directory)
  get_target_property(type ${target} TYPE)
  if(type STREQUAL INTERFACE_LIBRARY)
    return()
  endif()
  set(generated ${CMAKE_BINARY_DIR}/generated/${output})
  set(inputs ${ARGN})
  list(TRANSFORM inputs PREPEND ${directory}/)
  string(REPLACE ";" "\n" listing "${ARGN}")
  file(GENERATE OUTPUT ${generated}.list CONTENT "${listing}\n")
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DLIST=${generated}.list -DDIRECTORY=${directory} -DNAMESPACE=${namespace}
            -DSYMBOL=${symbol} -DOUTPUT=${generated} -P ${CMAKE_SOURCE_DIR}/src/cmake/embed_files.cmake
    DEPENDS ${inputs} ${generated}.list ${CMAKE_SOURCE_DIR}/src/cmake/embed_files.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()
