# SPDX-License-Identifier: Apache-2.0
# Small helpers, so that every folder's CMakeLists.txt is a list of files.

find_program(OB_CLANG NAMES clang clang-19 clang-18 clang-17 clang-16 clang-15
                            clang-14 REQUIRED)
# Ubuntu 24.04 has one with each kernel's tools, and a script in /usr/sbin that
# accepts only that of the running kernel.
file(GLOB OB_KERNEL_TOOLS /usr/lib/linux-tools/*)
find_program(OB_BPFTOOL NAMES bpftool HINTS ${OB_KERNEL_TOOLS}
             PATHS /usr/sbin /sbin REQUIRED)
if(CMAKE_LIBRARY_ARCHITECTURE)
  set(OB_BPF_SYSTEM_INCLUDE -I/usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
endif()

set(OB_BPF_INCLUDE_DIR ${CMAKE_BINARY_DIR}/bpf)

# ob_bpf_object(NAME): NAME.bpf.c -> NAME.bpf.o and NAME.skel.h
function(ob_bpf_object name)
  set(object ${OB_BPF_INCLUDE_DIR}/${name}.bpf.o)
  set(skeleton ${OB_BPF_INCLUDE_DIR}/${name}.skel.h)
  add_custom_command(
    OUTPUT ${object}
    COMMAND ${OB_CLANG} -std=gnu17 -O2 -g -target bpf -mcpu=v3 -Wall -Wextra
            -Werror -Wno-unused-function -Wno-missing-field-initializers
            -I${CMAKE_SOURCE_DIR}/bpf -I${CMAKE_SOURCE_DIR}/include
            ${OB_BPF_SYSTEM_INCLUDE} -MD -MF ${object}.d -MT ${object}
            -c ${CMAKE_CURRENT_SOURCE_DIR}/${name}.bpf.c -o ${object}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}.bpf.c
    DEPFILE ${object}.d
    COMMENT "BPF ${name}"
    VERBATIM)
  add_custom_command(
    OUTPUT ${skeleton}
    COMMAND ${OB_BPFTOOL} gen skeleton ${object} name ${name}_bpf >
            ${skeleton}.tmp
    COMMAND ${CMAKE_COMMAND} -E rename ${skeleton}.tmp ${skeleton}
    DEPENDS ${object}
    COMMENT "skeleton ${name}"
    VERBATIM)
  add_custom_target(bpf_${name} ALL DEPENDS ${skeleton})
  add_dependencies(ob_bpf bpf_${name})
endfunction()

# ob_userspace(TARGET): what every userspace target compiles with.
function(ob_userspace target)
  target_include_directories(
    ${target} PRIVATE ${CMAKE_SOURCE_DIR}/userspace/lib
                      ${CMAKE_SOURCE_DIR}/userspace ${CMAKE_SOURCE_DIR}/include)
  target_compile_options(
    ${target} PRIVATE -include
                      ${CMAKE_SOURCE_DIR}/userspace/lib/base/banned.h)
endfunction()

# ob_library(NAME LIBS...): all .c files of this folder, as ob_NAME.
function(ob_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  if(NOT sources)
    add_library(ob_${name} INTERFACE)
    target_link_libraries(ob_${name} INTERFACE ${ARGN})
    return()
  endif()
  add_library(ob_${name} STATIC ${sources})
  ob_userspace(ob_${name})
  target_link_libraries(ob_${name} PUBLIC ${ARGN})
endfunction()

# ob_part(NAME LIBS...): a binary. main.c is the program; the other files also
# make the library ob_part_NAME, so that tests can link them.
function(ob_part name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  if(NOT sources)
    add_library(ob_part_${name} INTERFACE)
    target_link_libraries(ob_part_${name} INTERFACE ${ARGN})
    return()
  endif()
  list(REMOVE_ITEM sources ${CMAKE_CURRENT_SOURCE_DIR}/main.c)
  add_library(ob_part_${name} STATIC ${sources})
  ob_userspace(ob_part_${name})
  target_link_libraries(ob_part_${name} PUBLIC ${ARGN})
  add_executable(${name} main.c)
  ob_userspace(${name})
  target_link_libraries(${name} PRIVATE ob_part_${name})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY
                                           ${CMAKE_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_SBINDIR})
endfunction()

# ob_test_programs(LABEL LIBS...): every test_*.c of this folder is one cmocka
# program and one CTest test; the other .c files are shared by them.
function(ob_test_programs label)
  file(GLOB tests CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/test_*.c)
  file(GLOB shared CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
  if(tests)
    list(REMOVE_ITEM shared ${tests})
  endif()
  if(shared)
    add_library(${label}_shared OBJECT ${shared})
    ob_userspace(${label}_shared)
    target_include_directories(${label}_shared
                               PRIVATE ${CMAKE_SOURCE_DIR}/tests)
    target_link_libraries(${label}_shared PRIVATE ${ARGN} PkgConfig::CMOCKA)
    set(shared $<TARGET_OBJECTS:${label}_shared>)
  endif()
  # All of a tier, for ./dev test
  add_custom_target(${label}_tests)
  foreach(source ${tests})
    get_filename_component(name ${source} NAME_WE)
    set(target ${label}_${name})
    add_executable(${target} ${source} ${shared})
    add_dependencies(${label}_tests ${target})
    ob_userspace(${target})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}
                                                 ${CMAKE_SOURCE_DIR}/tests)
    target_link_libraries(${target} PRIVATE ${ARGN} PkgConfig::CMOCKA)
    add_test(NAME ${label}/${name} COMMAND ${target})
    set_tests_properties(
      ${label}/${name}
      PROPERTIES LABELS ${label} TIMEOUT 300 ENVIRONMENT
                 "OB_SOURCE_DIR=${CMAKE_SOURCE_DIR};OB_BUILD_DIR=${CMAKE_BINARY_DIR}"
    )
  endforeach()
endfunction()

# ob_script_test(LABEL NAME TIMEOUT COMMAND...): a script as a CTest test.
function(ob_script_test label name timeout)
  add_test(NAME ${label}/${name} COMMAND ${ARGN})
  set_tests_properties(
    ${label}/${name}
    PROPERTIES LABELS ${label} TIMEOUT ${timeout} ENVIRONMENT
               "OB_SOURCE_DIR=${CMAKE_SOURCE_DIR};OB_BUILD_DIR=${CMAKE_BINARY_DIR}")
endfunction()
