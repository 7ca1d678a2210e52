#!/usr/bin/env bash
# Installs the release VERSION of redislint for the runner and puts it on the PATH of the steps that follow, if it is what
# the release's checksums say.
set -euo pipefail

downloads=${DOWNLOADS:-https://github.com/redislint/redislint/releases/download}

fail() {
	echo "::error title=redislint::$*"
	exit 2
}

[[ ${VERSION:-} =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "version has to be that of a release, as in v0.1.0"

case ${RUNNER_OS:-} in
Linux) os=linux ;;
macOS) os=darwin ;;
Windows) os=windows ;;
*) fail "there is no redislint for this runner's operating system" ;;
esac
case ${RUNNER_ARCH:-} in
X64) arch=amd64 ;;
ARM64) arch=arm64 ;;
*) fail "there is no redislint for this runner's processor" ;;
esac

archive=redislint_${VERSION#v}_${os}_${arch}.tar.gz
folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/redislint.XXXXXX")
cd "$folder"

# A redirection may not lead to a protocol that is less secure.
fetch() {
	curl --fail --silent --show-error --location --proto "=${downloads%%://*}" --retry 3 --max-time 300 \
		--output "$1" "$downloads/$VERSION/$1" || fail "$downloads/$VERSION/$1 cannot be downloaded"
}
fetch checksums.txt
fetch "$archive"

want=$(awk -v name="$archive" '$2 == name || $2 == "*" name { print $1 }' checksums.txt)
[[ $want =~ ^[0-9a-f]{64}$ ]] || fail "checksums.txt of $VERSION has no checksum of $archive"
if command -v sha256sum >/dev/null; then
	got=$(sha256sum <"$archive")
else
	got=$(shasum -a 256 <"$archive")
fi
[[ ${got%% *} == "$want" ]] || fail "$archive is not what checksums.txt of $VERSION says; it is not installed"

mkdir bin
tar -xzf "$archive" -C bin
rm "$archive" checksums.txt
echo "$folder/bin" >>"$GITHUB_PATH"
