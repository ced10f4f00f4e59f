# Runs nanook in a workflow of GitHub Actions. Each command runs, also after one that fails; the script then ends with 1.
set -u

nanook() {
  if [ -x node_modules/.bin/nanook ]; then
    node_modules/.bin/nanook "$@"
  else
    npx --yes "@nanook/cli@$NANOOK_VERSION" "$@"
  fi
}

# Splits at spaces and lines; nanook itself reads patterns.
set -f
paths=($NANOOK_PATHS)
set +f
status=0

check=(check --format github)
if [ -n "$NANOOK_MAX_WARNINGS" ]; then check+=(--max-warnings "$NANOOK_MAX_WARNINGS"); fi
nanook "${check[@]}" ${paths[@]+"${paths[@]}"} || status=1

if [ "$NANOOK_FORMAT" = true ]; then
  nanook fmt --check ${paths[@]+"${paths[@]}"} || status=1
fi
if [ "$NANOOK_TEST" = true ]; then
  nanook test ${paths[@]+"${paths[@]}"} || status=1
fi
if [ -n "$NANOOK_DIFF" ]; then
  # A changed decision is not a failure: the summary shows it to the reviewers.
  nanook diff "$NANOOK_DIFF" --format markdown >> "$GITHUB_STEP_SUMMARY"
  if [ $? -gt 1 ]; then status=1; fi
fi
exit $status
