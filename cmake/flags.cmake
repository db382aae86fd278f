# SPDX-License-Identifier: Apache-2.0
# Compiler flags for userspace. Warnings are errors, everywhere.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(
  -Wall -Wextra -Werror
  -Wcast-qual -Wdeclaration-after-statement -Wformat=2 -Wimplicit-fallthrough
  -Wmissing-declarations -Wmissing-prototypes -Wnull-dereference
  -Wold-style-definition -Wpointer-arith -Wredundant-decls -Wshadow
  -Wstrict-prototypes -Wswitch-enum -Wundef -Wvla -Wwrite-strings
  -Wno-missing-field-initializers
  -fno-strict-aliasing -fno-common -fstack-protector-strong)
# Declarations stand where they get their value: cleanup attributes need it.
add_compile_options(-Wno-declaration-after-statement)
# -Wnull-dereference sees ghosts through inlining and sanitizer checks.
add_compile_options(-Wno-error=null-dereference)

if(OB_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
else()
  add_compile_options($<$<NOT:$<CONFIG:Debug>>:-D_FORTIFY_SOURCE=2>)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
