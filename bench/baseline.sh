#!/usr/bin/env bash
# What Belay is compared with: scripts as they are found beside many Compose projects, in short.
#
#   baseline.sh backup DIRECTORY DATA IMAGE...     save the images, pack the data while the database runs
#   baseline.sh rollback DIRECTORY DATA            down, load, unpack, up
#
# Called in the directory of the compose file. Such scripts then sleep, 60 s in the one that was measured first, before
# they look at the health for the first time. Here nothing sleeps: bench/run waits until the stack is healthy, and names
# the sleep in its table.
set -euo pipefail
command=$1
directory=$2
data=$3
shift 3

backup() {
    mkdir -p "$directory"
    cp compose.yml .env "$directory/"
    docker compose ps >"$directory/compose-state.txt"
    docker image inspect "$@" >"$directory/image-info.txt"
    docker save "$@" | gzip >"$directory/docker-images.tar.gz"
    # tar says 1 when a file changed while it was read, and such scripts do not mind.
    tar -C "$data" -czf "$directory/data.tar.gz" . 2>/dev/null || (($? == 1))
}

rollback() {
    docker compose down
    gunzip -c "$directory/docker-images.tar.gz" | docker load
    find "$data" -mindepth 1 -delete
    tar -C "$data" -xzpf "$directory/data.tar.gz"
    cp "$directory/compose.yml" "$directory/.env" .
    docker compose up -d
}

case $command in
    backup | rollback) "$command" "$@" ;;
    *)
        sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
        exit 2
        ;;
esac
