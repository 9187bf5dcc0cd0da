#!/usr/bin/env bash
# Makes, from Debian packages and without installing anything on this machine, what the tests need and no registry
# would give them: a root file system with PostgreSQL (postgres.tar), a registry and the tools that look at archives and attributes (tools/).
# Usage: debian-rootfs.sh DIRECTORY. What is there already is kept.
set -euo pipefail
shopt -s nullglob
cache=$1
stamp="$cache/complete-$(sha256sum "$0" | cut -c1-16)"
[[ -e $stamp ]] && exit 0

mkdir -p "$cache"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/archives/partial"
# An empty status file makes apt resolve the whole closure, as if nothing were installed.
touch "$work/status"
apt=(-qq -o "Dir::State::status=$work/status" -o "Dir::Cache::archives=$work/archives" -o APT::Sandbox::User=root)

postgres() {
    apt-cache depends postgresql 2>/dev/null | sed -n 's/.*Depends: \(postgresql-[0-9]*\)$/\1/p' | head -n 1
}
wanted=$(postgres)
if [[ -z $wanted ]]; then
    apt-get update -qq
    wanted=$(postgres)
fi

closure() {
    apt-get install "${apt[@]}" -y --print-uris --no-install-recommends "$@" \
        | sed -E "s/^'[^']*' ([^_]*)_.*/\1/" \
        | grep -vE '^(libllvm|libz3|perl|libperl|.*-perl$|locales|libc-l10n|debconf|dpkg|usrmerge|openssl|adduser|passwd)' \
        | grep -vE '^(ucf|ssl-cert|libgdbm|libdb5|tar$|init-system|lsb-|sysvinit|netbase|sensible|libsemanage|libsepol)' \
        | grep -vE '^(postgresql-common|postgresql-client-common|readline-common|libc-bin|libpam-modules|systemd)'
}
fetch() { # DIRECTORY PACKAGE...
    mkdir -p "$1"
    (cd "$1" && shift && apt-get download "${apt[@]}" "$@")
}

root=$work/root
mapfile -t names < <(closure "$wanted")
fetch "$work/postgres" "${names[@]}"
mkdir "$root"
for package in "$work"/postgres/*.deb; do dpkg-deb -x "$package" "$root"; done
rm -rf "$root"/usr/share/{doc,man,locale,i18n,info,lintian,bash-completion} "$root"/usr/lib/postgresql/*/lib/{bitcode,llvmjit.so} \
    "$root"/usr/lib/x86_64-linux-gnu/gconv "$root"/usr/share/zoneinfo/{right,posix}
mkdir -p "$root"/{bin,usr/bin,tmp,etc,proc,sys,dev,var/lib/postgresql/data,run}
cp -L /bin/busybox "$root/bin/busybox"
for applet in sh sleep cat ls mkdir echo true false kill ps; do ln -sf busybox "$root/bin/$applet"; done
for program in "$root"/usr/lib/postgresql/*/bin/*; do ln -sf "${program#"$root"}" "$root/usr/bin/$(basename "$program")"; done
printf 'root:x:0:0:root:/:/bin/sh\npostgres:x:999:999:postgres:/var/lib/postgresql:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\npostgres:x:999:\n' >"$root/etc/group"
cat >"$root/entry.sh" <<'ENTRY'
#!/bin/sh
set -e
if [ ! -s "$PGDATA/PG_VERSION" ]; then
    initdb -D "$PGDATA" --locale=C -E UTF8 -A trust >/dev/null
    echo 'host all all all trust' >>"$PGDATA/pg_hba.conf"
fi
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp "$@"
ENTRY
chmod 0755 "$root/entry.sh"
chmod 1777 "$root/tmp"
chown 999:999 "$root/var/lib/postgresql" "$root/var/lib/postgresql/data"
chmod 0700 "$root/var/lib/postgresql/data"
tar -C "$root" --numeric-owner -cf "$work/postgres.tar" .

fetch "$work/tools-debs" docker-registry acl attr zstd
mkdir "$work/tools"
for package in "$work"/tools-debs/*.deb; do dpkg-deb -x "$package" "$work/tools"; done

rm -rf "$cache"/{postgres.tar,tools} "$cache"/complete-*
mv "$work/postgres.tar" "$work/tools" "$cache/"
touch "$stamp"
