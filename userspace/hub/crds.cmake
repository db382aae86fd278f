# SPDX-License-Identifier: Apache-2.0
# INPUTS (YAML files) -> OUTPUT, ob_hub_crds[] of hub/crds.h. One string
# literal a line: compilers bound the length of a literal, not their sum.
set(text "// SPDX-License-Identifier: Apache-2.0\n#include \"hub/crds.h\"\n\n")
string(APPEND text "const char *const ob_hub_crds[] = {\n")
foreach(input ${INPUTS})
  file(READ ${input} content)
  string(REPLACE "\\" "\\\\" content "${content}")
  string(REPLACE "\"" "\\\"" content "${content}")
  string(REPLACE "\n" "\\n\"\n\t\"" content "${content}")
  string(APPEND text "\t\"${content}\",\n")
endforeach()
string(APPEND text "\t0,\n};\n")
file(WRITE ${OUTPUT} "${text}")
