# Sourced by bench/run: the images, and the stacks that are measured.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bench/run sets name, work, cache, small_images and bind

# --- images

# image TAG ROOT-TAR... [-- CHANGE...]: imports one or more root file systems, on top of each other, as one layer.
image() {
    local tag=$1 tars=() changes=() tar
    shift
    while (($# > 0)) && [[ $1 != -- ]]; do
        tars+=("$1")
        shift
    done
    shift
    changes=(--change "LABEL dev.belay.bench=$name")
    for tar in "$@"; do changes+=(--change "$tar"); done
    # Unpacked, because an archive that has a path twice is not imported.
    mkdir "$work/image"
    for tar in "${tars[@]}"; do tar -C "$work/image" --numeric-owner -xpf "$tar"; done
    tar -C "$work/image" --numeric-owner -c . | docker import "${changes[@]}" - "$tag" >/dev/null
    rm -rf "$work/image"
}

# release REPOSITORY TAG: release 1 with another name in it, as a new image.
release() {
    local container
    container=$(docker create --label "dev.belay.bench=$name" "$1:1")
    docker commit --change "ENV RELEASE=$2" "$container" "$1:$2" >/dev/null
    docker rm "$container" >/dev/null
}

# A tar of files of this directory, at the place where the image wants them.
overlay() { # overlay TAR FILE DIRECTORY
    tar -C "$here/stack" -cf "$1" --numeric-owner --owner=0 --group=0 --mode=0644 --transform "s#^#$3/#" "$2"
}

build_images() {
    local parts=(tests stack) node tag
    if [[ $small_images == no ]]; then parts+=(toolchain); fi
    say 'the images: packages that are not in the cache are downloaded and unpacked, not installed'
    bash "$here/../acceptance/src/test/resources/debian-rootfs.sh" "$cache" "${parts[@]}"
    node=("$cache/node.tar")
    if [[ $small_images == no ]]; then node=("$cache/toolchain.tar" "$cache/node.tar"); fi
    overlay "$work/server.tar" server.js app
    overlay "$work/nginx-conf.tar" nginx.conf etc/nginx
    image "$name/backend:1" "${node[@]}" "$work/server.tar" -- 'ENV RELEASE=1' 'EXPOSE 3001' 'CMD ["node", "/app/server.js"]'
    # What else is in the image of the web server does not matter to what is measured, only how much.
    image "$name/frontend:1" "$cache/node.tar" "$cache/nginx.tar" "$work/nginx-conf.tar" -- \
        'ENV RELEASE=1' 'EXPOSE 80' 'CMD ["nginx"]'
    image "$name/postgres:15" "$cache/postgres.tar" -- 'ENV PGDATA=/var/lib/postgresql/data' 'USER 999:999' \
        'EXPOSE 5432' 'ENTRYPOINT ["/entry.sh"]'
    for tag in 2 broken; do
        release "$name/backend" "$tag"
        release "$name/frontend" "$tag"
    done
    mkdir "$work/tiny" "$work/tiny/bin" "$work/tiny/data"
    cp -L /bin/busybox "$work/tiny/bin/busybox"
    ln -s busybox "$work/tiny/bin/sh"
    tar -C "$work/tiny" --numeric-owner --owner=0 --group=0 -cf "$work/tiny.tar" .
    image "$name/tiny:1" "$work/tiny.tar" -- \
        'CMD ["/bin/busybox", "sh", "-c", "trap \"exit 0\" TERM; busybox sleep 100000 & wait"]'
    image_bytes=$(docker image inspect --format '{{.Size}}' "$name/backend:1" "$name/frontend:1" "$name/postgres:15" |
        awk '{ sum += $1 } END { printf "%d", sum }')
}

# --- stacks: each is a Compose project of its own, in a directory of its own

# use STACK: the one that the functions below are about.
use() {
    stack=$1
    project=$name-$stack
    root=${place_of[$stack]}
    deployment=$root/deployment
    backups=$root/backups
    data=${data_of[$stack]:-}
    rows=${rows_of[$stack]:-0}
    events=$root/events
}

# make_stack STACK PLACE: its directory and Belay's configuration; the compose file is for the caller to write.
make_stack() {
    place_of[$1]=$2/$1
    stacks+=("$1")
    use "$1"
    mkdir -p "$deployment"
    cat >"$deployment/.env" <<END
NAME=$name
RELEASE=1
END
    cat >"$deployment/belay.yml" <<END
project: $project
backups:
  directory: $backups
  keep: 3
verify:
  delay: 1s
  minHealthyTime: ${min_healthy}s
  healthyDeadline: 2m
  checks: []
END
    sed "s#directory: .*#directory: $root/backups-no-standby#" "$deployment/belay.yml" >"$deployment/belay-no-standby.yml"
    printf 'data:\n  standby: "off"\n' >>"$deployment/belay-no-standby.yml"
    point_is_fresh[$1]=no
    # In the background for as long as the stack is there: asking the engine again and again would cost what is measured.
    docker events --filter type=container --filter "label=com.docker.compose.project=$project" \
        --filter event=health_status --filter event=pause \
        --format '{{.TimeNano}} {{index .Actor.Attributes "com.docker.compose.service"}} {{.Action}}' >"$events" 2>/dev/null &
    listeners[$1]=$!
}

# make_database_stack STACK PLACE BYTES: backend, frontend and PostgreSQL with so much data, up and healthy.
make_database_stack() {
    local bytes=$3 volume volumes='' scale
    make_stack "$1" "$2"
    if [[ $bind == yes || $2 != "$work" ]]; then
        data=$root/data/postgres
        mkdir -p "$data"
        chown 999:999 "$data"
        chmod 700 "$data"
        volume=$data
    else
        volume=db
        volumes='volumes: { db: {} }'
    fi
    # wal_level=minimal: only so that the data is loaded in less time. Few and small log segments, so that the data is
    # mostly tables, as in a database that has been there for a while.
    cat >"$deployment/compose.yml" <<END
name: $project
services:
  backend:
    image: \${NAME}/backend:\${RELEASE}
    restart: unless-stopped
    ports: [ "127.0.0.1:$(free_port 3001):3001" ]
    depends_on: { db: { condition: service_healthy } }
    healthcheck:
      test: [ "CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:3001/api/health" ]
      interval: 1s
      timeout: 3s
      retries: 5
  frontend:
    image: \${NAME}/frontend:\${RELEASE}
    restart: unless-stopped
    ports: [ "127.0.0.1:$(free_port 8080):80" ]
    depends_on: [ backend ]
    healthcheck:
      test: [ "CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1/" ]
      interval: 1s
      timeout: 3s
      retries: 5
  db:
    image: \${NAME}/postgres:15
    restart: unless-stopped
    stop_signal: SIGINT
    shm_size: 256m
    command: [ "-c", "wal_level=minimal", "-c", "max_wal_senders=0", "-c", "max_wal_size=256MB", "-c", "min_wal_size=32MB" ]
    healthcheck:
      test: [ "CMD", "pg_isready", "-q", "-h", "/tmp", "-U", "postgres" ]
      interval: 1s
      timeout: 3s
      retries: 60
    volumes: [ "$volume:/var/lib/postgresql/data" ]
$volumes
END
    compose_up 1
    if [[ -z $data ]]; then data=$(docker volume inspect --format '{{.Mountpoint}}' "${project}_db"); fi
    data_of[$1]=$data
    # 15 MB a unit, and about 40 MB for an empty database with its log segments.
    scale=$(((bytes - 40000000) / 15000000))
    if ((scale < 1)); then scale=1; fi
    in_db pgbench -h /tmp -U postgres -i -q -s "$scale" postgres >"$root/pgbench-init.log" 2>&1
    rows=$((scale * 100000))
    rows_of[$1]=$rows
    sql 'checkpoint' >/dev/null
    sql 'checkpoint' >/dev/null
}

remove_stack() { # remove_stack STACK: all that it made, on the engine and on the disk
    local found left='' _ kind stack_project=$name-$1 directory=${place_of[$1]}
    if [[ -n ${listeners[$1]:-} ]]; then
        kill "${listeners[$1]}" 2>/dev/null || true
        wait "${listeners[$1]}" 2>/dev/null || true
        unset "listeners[$1]"
    fi
    # More than once: what was asked of the engine before a Ctrl-C it may still be doing.
    for _ in {1..15}; do
        left=''
        for kind in container network volume; do
            mapfile -t found < <(of_project "$kind" "$stack_project")
            if ((${#found[@]} == 0)); then continue; fi
            left+=" $kind ${found[*]}"
            case $kind in
                container) docker rm -fv "${found[@]}" ;;
                network) docker network rm "${found[@]}" ;;
                volume) docker volume rm -f "${found[@]}" ;;
            esac >/dev/null 2>&1 || true
        done
        if [[ -z $left ]]; then break; fi
        sleep 0.5
    done
    if [[ -n $left ]]; then printf 'bench: could not remove:%s\n' "$left" >&2; fi
    rm -rf "$directory"
    local remaining=() one
    for one in "${stacks[@]}"; do if [[ $one != "$1" ]]; then remaining+=("$one"); fi; done
    stacks=("${remaining[@]}")
}

of_project() { # of_project KIND PROJECT: what the engine has of it
    case $1 in
        container)
            docker ps -aq --filter "label=com.docker.compose.project=$2"
            docker ps -aq --filter "label=dev.belay.bench.load=$2"
            ;;
        network) docker network ls -q --filter "label=com.docker.compose.project=$2" ;;
        volume) docker volume ls -q --filter "label=com.docker.compose.project=$2" ;;
    esac
}

compose() { (cd "$deployment" && docker compose "$@") >>"$root/compose.log" 2>&1 </dev/null; }

# compose_up RELEASE: and wait until it is healthy; sets healthy_at.
compose_up() {
    local since
    now since
    # What Compose leaves alone was healthy before, and says nothing more.
    RELEASE=$1 compose up -d || fail "docker compose up failed; its last lines: $(tail -n 3 "$root/compose.log")"
    await_healthy "$since"
}

# await_healthy SINCE: until every container of the stack is healthy. Sets healthy_at to when the last one became so.
await_healthy() {
    local deadline=$((SECONDS + 180)) looked=-1 looked_at=-1
    while true; do
        last_healthy_since "$1"
        # The events say when; that nothing is missing only a look at the containers says, and it costs more.
        if ((healthy_count != looked || SECONDS >= looked_at + 2)); then
            looked=$healthy_count
            looked_at=$SECONDS
            if all_healthy; then
                last_healthy_since "$1"
                return
            fi
        fi
        if ((SECONDS > deadline)); then
            docker ps -a --filter "label=com.docker.compose.project=$project" >&2
            fail "the stack $stack is not healthy after three minutes; its containers are above."
        fi
        nap 0.02
    done
}

all_healthy() {
    local states state
    mapfile -t states < <(docker ps -a --filter "label=com.docker.compose.project=$project" --format '{{.Status}}')
    if ((${#states[@]} == 0)); then return 1; fi
    for state in "${states[@]}"; do
        if [[ $state != *'(healthy)'* ]]; then return 1; fi
    done
}

# last_healthy_since SINCE: sets healthy_at to the last moment at which a container became healthy (0 when none did) and
# healthy_count to how often that happened.
last_healthy_since() {
    local time service action
    healthy_at=0
    healthy_count=0
    while read -r time service action; do
        time=${time%???}
        if [[ $action == 'health_status: healthy' ]] && ((time > $1)); then
            healthy_count=$((healthy_count + 1))
            if ((time > healthy_at)); then healthy_at=$time; fi
        fi
    done <"$events"
}

# first_event_since SINCE ACTION [SERVICE]: sets event_at to when that first happened, 0 when it did not.
first_event_since() {
    local time service action
    event_at=0
    while read -r time service action; do
        time=${time%???}
        if [[ $action == "$2" && (-z ${3:-} || $service == "$3") ]] && ((time > $1)); then
            event_at=$time
            return
        fi
    done <"$events"
}

container() { docker ps -aq --filter "label=com.docker.compose.project=$project" --filter "label=com.docker.compose.service=$1"; }
in_db() { docker exec "$(container db)" "$@"; }
sql() { in_db psql -h /tmp -U postgres -v ON_ERROR_STOP=1 -qtAc "$1" </dev/null; }

data_bytes() { du -s --block-size=1 "$data" | cut -f 1; }

# Changes one hundredth of the data, in one place, as the newest rows of a real database are; then it is idle again.
change_one_percent() {
    local count=$((rows / 100)) first
    case $change in
        update)
            first=$((RANDOM * 32768 % (rows - count + 1) + 1))
            sql "update pgbench_accounts set abalance = abalance + 1 where aid between $first and $((first + count - 1))"
            ;;
        append)
            sql "create table if not exists appended (like pgbench_accounts);
                 insert into appended select * from pgbench_accounts limit $count"
            ;;
    esac
    sql 'checkpoint'
}

# What the releases after the first do to the data, and what a rollback has to take back.
write_later() { sql 'create table if not exists written_later (at timestamptz default now()); checkpoint'; }

expect_release_1_and_its_data() {
    local image later
    image=$(docker inspect --format '{{.Config.Image}} {{.Image}}' "$(container backend)")
    if [[ ${image##* } != "$(docker image inspect --format '{{.Id}}' "$name/backend:1")" ]]; then
        fail "after '$1' the backend is not of release 1: $image"
    fi
    later=$(sql "select to_regclass('written_later') is null")
    if [[ $later != t ]]; then fail "after '$1' the data is not that of release 1."; fi
}

# Everything that Belay keeps of this stack, as if it had never been called: its directories, and what it keeps beside
# the data, in a directory of our own or in those of our own volumes.
forget_backups() {
    local parents=("$root/data") parent volume
    while read -r volume; do
        parents+=("$(dirname "$(docker volume inspect --format '{{.Mountpoint}}' "$volume")")")
    done < <(of_project volume "$project")
    for parent in "${parents[@]}"; do
        if [[ ! -d $parent ]]; then continue; fi
        find "$parent" -mindepth 1 -maxdepth 1 ! -path "$data" -name '*belay*' -exec rm -rf {} +
    done
    rm -rf "$backups" "$root/backups-no-standby"
    point_is_fresh[$stack]=no
}
