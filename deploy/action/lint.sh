#!/usr/bin/env bash
# Runs redislint lint on PATHS with ARGS, both one a line. Annotations go to the log, SARIF to SARIF_FILE. The other inputs
# are REDISLINT_ variables, which redislint reads itself. It runs in the bash 3.2 of macOS too.
set -euo pipefail

[[ -n ${SARIF_FILE:-} && $SARIF_FILE != *[$'\n\r']* ]] || {
	echo "::error title=redislint::sarif-file has to be the name of a file"
	exit 2
}
counted=$(mktemp "${RUNNER_TEMP:-/tmp}/redislint.XXXXXX")
command=(redislint lint --output github --output "sarif=$SARIF_FILE" --output "json=$counted")

# Each line is one word: nothing is split, expanded or run.
while IFS= read -r line; do
	[[ -z ${line%$'\r'} ]] || command+=("${line%$'\r'}")
done <<<"${ARGS:-}"
command+=(--)
while IFS= read -r line; do
	[[ -z ${line%$'\r'} ]] || command+=("${line%$'\r'}")
done <<<"${PATHS:-.}"

code=0
"${command[@]}" || code=$?

# The summary is the only object whose fields are indented by four.
findings=$(awk -F '[:,]' '/^    "(error|warning|info)": [0-9]+,?$/ { n += $2 } END { print n + 0 }' "$counted")
rm -f "$counted"
{
	echo "sarif-file=$SARIF_FILE"
	echo "findings=$findings"
} >>"$GITHUB_OUTPUT"
exit "$code"
