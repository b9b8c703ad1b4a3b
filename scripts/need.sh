#!/bin/sh
# need.sh LIST...: sees to it that the Debian packages named in packaging/apt-LIST.txt, and in apt-LIST.CODENAME.txt for
# this release and apt-LIST.ARCHITECTURE.txt for this architecture alone, are installed. As root it installs what is missing, otherwise it says what to install.
set -eu
cd "$(dirname "$0")/../packaging"
missing=
architecture=$(dpkg --print-architecture)
release=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
for list in "$@"; do
  for package in $(cat "apt-$list.txt" "apt-$list.$release.txt" "apt-$list.$architecture.txt" 2>/dev/null); do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
  echo "error: these Debian packages are missing; as root: apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# A list that cannot be refreshed is no reason to stop: it may be that of a source that has nothing to do with this.
apt-get update -qq || echo "note: apt-get update had problems (above)" >&2
# shellcheck disable=SC2086
exec apt-get install -y -qq --no-install-recommends $missing
