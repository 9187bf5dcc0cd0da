#!/usr/bin/env bash
# Builds the stand-in images: build.sh [--broken] [--label KEY=VALUE] PREFIX VERSION
#
# They are PREFIX/backend:VERSION, PREFIX/frontend:VERSION and PREFIX/mongo:7, each one static busybox and a few shell
# scripts, and nothing is pulled for them: the demo has to run where no registry can be reached. --broken makes a
# release whose backend damages the data when it starts and answers 500 when asked for its health.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
broken=false
labels=()
while [[ ${1:-} == --* ]]; do
    case $1 in
        --broken) broken=true ;;
        --label)
            labels+=(--change "LABEL $2")
            shift
            ;;
        *)
            echo "build.sh: '$1' is not known" >&2
            exit 2
            ;;
    esac
    shift
done
prefix=${1:?build.sh: PREFIX is missing}
version=${2:?build.sh: VERSION is missing}
busybox=${BUSYBOX:-/bin/busybox}

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

image() { # image PART NAME:TAG [CHANGE...]
    local part=$1 name=$2
    shift 2
    rm -rf "${root:?}"/*
    mkdir -p "$root"/{app,bin,tmp}
    chmod 755 "$root" "$root"/{app,bin}
    cp "$busybox" "$root/bin/busybox"
    ln -s busybox "$root/bin/sh"
    ln -s busybox "$root/bin/wget"
    cp "$here/http.sh" "$here/$part/start" "$here/$part/serve" "$root/app/"
    if [[ -e $here/$part/mongosh ]]; then cp "$here/$part/mongosh" "$root/bin/"; fi
    printf '%s\n' "$version" >"$root/app/version"
    if $broken; then : >"$root/app/broken"; fi
    # `docker import` makes an image of one layer from a tree, on every engine and without a builder.
    tar --numeric-owner --owner=0 --group=0 -C "$root" -c . |
        docker import --change 'ENTRYPOINT ["/app/start"]' "${labels[@]}" "$@" - "$name" >/dev/null
}

image backend "$prefix/backend:$version" --change 'EXPOSE 3001'
image frontend "$prefix/frontend:$version" --change 'EXPOSE 80'
if ! docker image inspect "$prefix/mongo:7" >/dev/null 2>&1; then
    image database "$prefix/mongo:7" --change 'EXPOSE 27017' --change 'VOLUME /data/db /data/configdb'
fi
