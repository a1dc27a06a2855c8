#!/usr/bin/env bash
# Generates the package io.panext.onednn.jextract from the headers inside oneDNN's jar.
#
#   generate.sh [--check]
#
# Needs jextract on the PATH (https://github.com/openjdk/jextract) and Clang's own headers: those in the folder
# CLANG_HEADERS, or clang's, or else of a libclang without the command. Exits with 77 without them. With --check the
# committed files stay and must be what jextract gives.
set -euo pipefail
unset CDPATH

here=$(cd "$(dirname "$0")" && pwd)
module=$here/../../..
package=io/panext/onednn/jextract
committed=$module/src/main/java/$package
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

lacks() {
  echo "generate.sh: $1" >&2
  exit 77
}

command -v jextract >/dev/null || lacks "no jextract on the PATH"

find_clang_headers() {
  local folder
  for folder in "${CLANG_HEADERS-}" "$(clang -print-resource-dir 2>/dev/null)/include" /usr/lib/llvm*/lib/clang/*/include; do
    if [[ -r $folder/stddef.h ]]; then
      clang_headers=$folder
      return
    fi
    [[ -z ${CLANG_HEADERS-} ]] || lacks "no stddef.h in '$CLANG_HEADERS' (CLANG_HEADERS)"
  done
  lacks "no clang, and no headers of its in /usr/lib/llvm*: set CLANG_HEADERS"
}
find_clang_headers

(cd "$module/.." && ./mvnw -q -B -ntp -pl native-bindings dependency:unpack-dependencies -DincludeGroupIds=org.bytedeco \
  -Donednn.platform=linux-x86_64 -Dmdep.unpack.includes='**/linux-x86_64/include/**' -DoutputDirectory="$work" -DoverWriteReleases=true)
headers=$work/org/bytedeco/dnnl/linux-x86_64/include

# No -l: it would bake a path in. The library is loaded before the first of its symbols is looked up.
jextract --include-dir "$headers" --include-dir "$clang_headers" --target-package io.panext.onednn.jextract \
  --header-class-name Dnnl --output "$work/java" "@$here/includes.txt" "$headers/oneapi/dnnl/dnnl.h" "$headers/oneapi/dnnl/dnnl_debug.h"

if [[ ${1-} == --check ]]; then
  diff -r "$work/java/$package" "$committed" && echo "generate.sh: the committed bindings are what jextract gives"
else
  rm -rf "$committed"
  mkdir -p "$(dirname "$committed")"
  cp -r "$work/java/$package" "$committed"
fi
