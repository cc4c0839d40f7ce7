# The .deb: the static program with its man page, its completion and whose work it is.
set(pages ${CMAKE_BINARY_DIR}/pages)
file(MAKE_DIRECTORY ${pages})
add_custom_command(OUTPUT ${pages}/cudasetup.1.gz
  COMMAND ${CMAKE_SOURCE_DIR}/src/package/man $<TARGET_FILE:cudasetup> > ${pages}/cudasetup.1
  COMMAND gzip -9nf ${pages}/cudasetup.1
  DEPENDS cudasetup ${CMAKE_SOURCE_DIR}/src/package/man)
add_custom_command(OUTPUT ${pages}/copyright
  COMMAND ${CMAKE_SOURCE_DIR}/src/package/copyright > ${pages}/copyright
  DEPENDS ${CMAKE_SOURCE_DIR}/src/package/copyright ${CMAKE_SOURCE_DIR}/LICENSE)
add_custom_target(pages ALL DEPENDS ${pages}/cudasetup.1.gz ${pages}/copyright)

install(FILES ${pages}/cudasetup.1.gz DESTINATION share/man/man1)
install(FILES ${pages}/copyright DESTINATION share/doc/cudasetup)
install(FILES src/package/completion.bash DESTINATION share/bash-completion/completions RENAME cudasetup)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_CONTACT "The cudasetup authors")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz) # dpkg of Ubuntu 18.04 knows no zstd
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_DEPENDS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "NVIDIA driver, CUDA toolkit and LibTorch on Ubuntu
Finds out which toolkit, driver and LibTorch fit this machine and each other,
installs them, and proves it with a computation. A dry run prints the shell
script that would do the same.")
include(CPack)
