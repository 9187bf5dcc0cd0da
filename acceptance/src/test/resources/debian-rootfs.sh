#!/usr/bin/env bash
# Makes, from Debian packages and without installing anything on this machine, what no registry would give the tests and
# the benchmark.
# Usage: debian-rootfs.sh DIRECTORY [tests|stack|toolchain]...
#   tests      a root file system with PostgreSQL (postgres.tar), a registry and the tools that look at archives and
#              attributes (tools/); what is made when nothing is named
#   stack      root file systems with Node.js (node.tar) and nginx (nginx.tar)
#   toolchain  what a full-sized Node.js image has on top: compilers, version control, Python (toolchain.tar)
# What is there already is kept.
set -euo pipefail
shopt -s nullglob
cache=$1
shift
if (($# == 0)); then set -- tests; fi
version=$(sha256sum "$0" | cut -c1-16)

stamp() { # stamp PART
    if [[ $1 == tests ]]; then
        printf '%s\n' "$cache/complete-$version"
    else
        printf '%s\n' "$cache/$1-complete-$version"
    fi
}

missing=()
for part in "$@"; do
    case $part in
        tests | stack | toolchain) ;;
        *)
            echo "debian-rootfs.sh: '$part' is not known" >&2
            exit 2
            ;;
    esac
    if [[ ! -e $(stamp "$part") ]]; then missing+=("$part"); fi
done
if ((${#missing[@]} == 0)); then exit 0; fi

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

# Unpacks packages, and what they depend on, as a root file system in $root; busybox is its shell.
unpack() { # NAME PACKAGE...
    local name=$1 names package
    shift
    mapfile -t names < <(closure "$@")
    fetch "$work/$name" "${names[@]}"
    root=$work/$name-root
    mkdir "$root"
    for package in "$work/$name"/*.deb; do dpkg-deb -x "$package" "$root"; done
    rm -rf "${work:?}/$name" "$root"/usr/share/{doc,man,locale,i18n,info,lintian,bash-completion} \
        "$root"/usr/lib/x86_64-linux-gnu/gconv "$root"/usr/share/zoneinfo/{right,posix}
    mkdir -p "$root"/{bin,usr/bin,tmp,etc,proc,sys,dev,run}
    chmod 1777 "$root/tmp"
    cp -L /bin/busybox "$root/bin/busybox"
    for applet in sh sleep cat ls mkdir echo true false kill ps wget; do ln -sf busybox "$root/bin/$applet"; done
    printf 'root:x:0:0:root:/:/bin/sh\n' >"$root/etc/passwd"
    printf 'root:x:0:\n' >"$root/etc/group"
}
pack() { # NAME
    tar -C "$root" --numeric-owner -cf "$work/$1.tar" .
    rm -rf "$root"
}

make_tests() {
    unpack postgres "$wanted"
    rm -rf "$root"/usr/lib/postgresql/*/lib/{bitcode,llvmjit.so}
    mkdir -p "$root/var/lib/postgresql/data"
    for program in "$root"/usr/lib/postgresql/*/bin/*; do
        ln -sf "${program#"$root"}" "$root/usr/bin/$(basename "$program")"
    done
    printf 'postgres:x:999:999:postgres:/var/lib/postgresql:/bin/sh\n' >>"$root/etc/passwd"
    printf 'postgres:x:999:\n' >>"$root/etc/group"
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
    chown 999:999 "$root/var/lib/postgresql" "$root/var/lib/postgresql/data"
    chmod 0700 "$root/var/lib/postgresql/data"
    pack postgres

    fetch "$work/tools-debs" docker-registry acl attr zstd
    mkdir "$work/tools"
    for package in "$work"/tools-debs/*.deb; do dpkg-deb -x "$package" "$work/tools"; done

    rm -rf "$cache"/{postgres.tar,tools} "$cache"/complete-*
    mv "$work/postgres.tar" "$work/tools" "$cache/"
}

make_stack() {
    unpack node nodejs
    pack node
    unpack nginx nginx
    mkdir -p "$root"/var/{log,lib}/nginx
    pack nginx
    rm -f "$cache"/{node,nginx}.tar "$cache"/stack-complete-*
    mv "$work/node.tar" "$work/nginx.tar" "$cache/"
}

make_toolchain() {
    unpack toolchain g++ make cmake git subversion mercurial imagemagick libicu-dev python3 ca-certificates
    pack toolchain
    rm -f "$cache"/toolchain.tar "$cache"/toolchain-complete-*
    mv "$work/toolchain.tar" "$cache/"
}

for part in "${missing[@]}"; do
    "make_$part"
    touch "$(stamp "$part")"
done
