#!/usr/bin/env bash
# Unpacks Redis from Debian packages, with the libraries that a machine need not have, and installs nothing.
# Usage: debian-redis.sh DIRECTORY    makes DIRECTORY/redis, unless it is there
set -euo pipefail
cache=$1
if [[ -e $cache/redis ]]; then exit 0; fi
mkdir -p "$cache"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
packages=(redis-server redis-tools liblzf1 libjemalloc2 libatomic1)
mkdir "$work/debs" "$work/redis"
cd "$work/debs"
apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}" \
    || { apt-get update -qq && apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}"; }
for package in *.deb; do dpkg-deb -x "$package" "$work/redis"; done
# whoever was faster has made the same
mv -T "$work/redis" "$cache/redis" 2>/dev/null || [[ -e $cache/redis ]]
