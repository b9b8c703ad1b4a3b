#!/bin/sh
# trixie.sh: the README's two commands on a fresh Debian trixie that has only make, as root; of the tests those that need
# no archive. The system is made by mmdebstrap from this machine's own mirror below /var/tmp, and is removed at the end.
set -eu
source=$(cd "$(dirname "$0")/.." && pwd)
root=$(mktemp -d /var/tmp/trixie.XXXXXX)
trap 'rm -rf --one-file-system "$root"' EXIT

uri() { apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' 'Origin: Debian' |
        awk -v what="$1" '($2 ~ /-security$/) == (what == "security") { print $1; exit }'; }
main=$(uri main) security=$(uri security)
valid=$(apt-config dump Acquire::Check-Valid-Until)
options="signed-by=/usr/share/keyrings/debian-archive-keyring.gpg"
mmdebstrap --quiet --variant=apt --include=make,ca-certificates,mount --aptopt="${valid:-Acquire::Check-Valid-Until "true";}" \
  trixie "$root" \
  "deb [$options] ${main:-http://ftp.debian.org/debian} trixie main" \
  "deb [$options] ${main:-http://ftp.debian.org/debian} trixie-updates main" \
  "deb [$options] ${security:-http://security.debian.org/debian-security} trixie-security main"
rm -rf "$root/var/lib/apt/lists" "$root/var/cache/apt/archives" # as an image of a fresh machine has it
mkdir -p "$root/src" "$root/old" "$root/var/lib/apt/lists/partial" "$root/var/cache/apt/archives/partial"
printf '%s\n' "$valid" >"$root/etc/apt/apt.conf.d/90check"
cp /etc/resolv.conf /etc/hosts "$root/etc/"
tar -c --exclude-vcs --exclude=./build --exclude=__pycache__ -C "$source" . | tar -x -C "$root/src"

# The tests run containers, which need a root that is a mount: pivot_root rather than chroot.
exec_inside='
set -e
mount --bind "$1" "$1"
cd "$1"
for kernel in proc sys dev; do mount --rbind "/$kernel" "$kernel"; done
mount -t tmpfs tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
pivot_root . old
cd /src
umount -l /old
exec env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 make run offline'
unshare --mount --propagation private sh -c "$exec_inside" sh "$root"
