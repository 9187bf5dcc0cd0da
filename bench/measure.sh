# Sourced by bench/run: what is measured. Each function measures one thing once, in the stack that is in use, and notes it.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bench/run and bench/stack.sh set the rest

# --- time; all moments are whole microseconds since 1970

now() { # now VARIABLE
    local moment=$EPOCHREALTIME
    printf -v "$1" '%s' "${moment//[!0-9]/}"
}

seconds() { # seconds MICROSECONDS
    local sign=''
    if (($1 < 0)); then sign=-; fi
    printf '%s%d.%03d\n' "$sign" $((${1#-} / 1000000)) $((${1#-} % 1000000 / 1000))
}

micros() { awk -v seconds="$1" 'BEGIN { printf "%.0f\n", seconds * 1000000 }'; } # micros SECONDS

# note NAME VALUE: one raw value of this round.
note() {
    printf '%s,%s,%s\n' "$1" "$round" "$2" >>"$out/values.csv"
    printf '  %-26s %s\n' "$1" "$2"
}

# --- Belay

# belay LABEL EXPECTED-EXIT-CODE ARGUMENT...: sets report (its JSON), began and took (whole process, microseconds).
belay() {
    local expected=$2 code=0 process ended watcher=''
    report=$out/runs/$stack-$1-$round.json
    shift 2
    now began
    (cd "$deployment" && exec "$here/../bin/belay" "$@" --json) >"$report" 2>"${report%.json}.log" </dev/null &
    process=$!
    if [[ ${watch_memory:-no} == yes ]]; then
        watch_memory "$process" "${report%.json}.memory" &
        watcher=$!
    fi
    wait "$process" || code=$?
    now ended
    took=$((ended - began))
    if [[ -n $watcher ]]; then wait "$watcher" || true; fi
    if ((code != expected)); then
        tail -n 15 "${report%.json}.log" >&2
        fail "belay $1 ended with exit code $code, and $expected was expected; its last lines are above."
    fi
}

# watch_memory PROCESS FILE: until it ends, keeps in FILE the peak of the Java process, and the peak of what it and all
# that it started had resident together, in bytes. Only builtins: what is started here would be in the way.
watch_memory() {
    local java=0 all=0 sum queue pid key value _ child
    while [[ -d /proc/$1 ]]; do
        sum=0
        queue=("$1")
        while ((${#queue[@]} > 0)); do
            pid=${queue[0]}
            queue=("${queue[@]:1}")
            while read -r key value _; do
                case $key in
                    VmHWM:) if [[ $pid == "$1" ]] && ((value > java)); then java=$value; fi ;;
                    VmRSS:) sum=$((sum + value)) ;;
                esac
            done 2>/dev/null <"/proc/$pid/status" || true
            for child in "/proc/$pid/task"/*/children; do
                read -r -a children 2>/dev/null <"$child" || true
                queue+=("${children[@]}")
                children=()
            done
        done
        if ((sum > all)); then all=$sum; fi
        printf '%d %d\n' $((java * 1024)) $((all * 1024)) >"$2"
        nap 0.05
    done
}

note_memory() { # note_memory NAME: of the last call
    local java all
    read -r java all <"${report%.json}.memory"
    note "$1-memory" "$java"
    note "$1-memory-with-helpers" "$all"
}

# From the start of the process until the restore point was sealed. A Belay that does not say it yet says how long each
# step took; the start of Java is then what of its time the report does not know.
sealed_micros() {
    micros "$(jq -r --argjson took "$(seconds "$took")" '
        if .sealedSeconds then .sealedSeconds
        else ([.steps[].name | startswith("seal")] | index(true)) as $seal
            | ([.steps[0:$seal + 1][].seconds] | add) + $took - .seconds end' "$report")"
}

manifest() { jq -r "$1" "$(jq -r .restorePointPath "$report")/manifest.json"; } # manifest FILTER: of the last backup

fresh_point() { # one whose standby, if there is one, is there: none was used up since
    if [[ ${point_is_fresh[$stack]} == yes ]]; then return; fi
    belay prepare 0 backup
    point_is_fresh[$stack]=yes
}

# What a rollback did with the data: a standby was renamed, or an archive unpacked.
way_of_data() {
    jq -r 'if any(.steps[]; (.name | test("^(unpack|replace) ")) and .state == "done") then "archive" else "standby" end' \
        "$report"
}

# --- the stack, without Belay

measure_restart() {
    local since
    now since
    compose down
    compose up -d
    await_healthy "$since"
    note restart "$(seconds $((healthy_at - since)))"
}

measure_baseline() {
    local since ended
    now since
    (cd "$deployment" && exec "$here/baseline.sh" backup "$root/baseline" "$data" "$name/backend:1" "$name/frontend:1") \
        >"$root/baseline.log" 2>&1 </dev/null || fail "the baseline's backup failed: $(tail -n 3 "$root/baseline.log")"
    now ended
    note baseline-backup "$(seconds $((ended - since)))"
    compose_up 2
    write_later
    now since
    (cd "$deployment" && exec "$here/baseline.sh" rollback "$root/baseline" "$data") \
        >"$root/baseline.log" 2>&1 </dev/null || fail "the baseline's rollback failed: $(tail -n 3 "$root/baseline.log")"
    await_healthy "$since"
    note baseline-rollback "$(seconds $((healthy_at - since)))"
    expect_release_1_and_its_data 'rollback of the baseline'
    rm -rf "$root/baseline"
    point_is_fresh[$stack]=no
}

# --- backup

note_backup() { # note_backup NAME
    note "$1" "$(seconds "$took")"
    note "$1-sealed" "$(seconds "$(sealed_micros)")"
    note "$1-held" "$(manifest .heldSeconds)"
    note "$1-consistency" "$(manifest '[.dataSets[].consistency] | unique | join(" ")')"
}

measure_cold() {
    forget_backups
    sync
    belay cold 0 backup
    note_backup cold
    point_is_fresh[$stack]=yes
}

measure_warm() {
    fresh_point
    change_one_percent
    sync
    # An idle database is one that nobody has written to for longer than a write may last (2 s).
    nap 3
    belay warm 0 backup
    note_backup warm
}

# --- rollback

go_to_release_2() {
    compose_up 2
    write_later
}

# roll_back NAME ARGUMENT...: from release 2 to the newest restore point; notes the time without the minimum healthy time.
roll_back() {
    local label=$1
    shift
    go_to_release_2
    sync
    belay "$label" 0 rollback "$@"
    note "$label" "$(seconds $((took - min_healthy * 1000000)))"
    last_healthy_since "$began"
    note "$label-healthy" "$(seconds $((healthy_at - began)))"
    note "$label-way" "$(way_of_data)"
    point_is_fresh[$stack]=no
    expect_release_1_and_its_data "belay rollback ($label)"
}

measure_rollback() {
    fresh_point
    roll_back rollback
}

# A Belay that has no standbys yet knows no setting for them either, and every rollback is from the archive.
measure_archive() {
    local without=()
    if standby_can_be_off; then without=(--config "$deployment/belay-no-standby.yml"); fi
    belay prepare-archive 0 backup "${without[@]}"
    point_is_fresh[$stack]=no
    note data-bytes "$(data_bytes)"
    roll_back archive "${without[@]}"
}

standby_can_be_off() {
    if [[ -z ${standby_setting:-} ]]; then
        standby_setting=yes
        (cd "$deployment" && "$here/../bin/belay" status --config belay-no-standby.yml) >/dev/null 2>&1 </dev/null ||
            standby_setting=no
    fi
    [[ $standby_setting == yes ]]
}

# --- deployment of a release that is never healthy

measure_deploy() {
    local log run failed_at back_at
    sync
    export RELEASE=broken
    belay deploy 3 deploy
    unset RELEASE
    point_is_fresh[$stack]=no
    run=$(jq -r .run "$report")
    log=$out/runs/$stack-deploy-$round.journal
    sed 's/^[^{]*//' "$backups/runs/$run/journal" >"$log"
    # The rollback begins with the failure, and is verified when its phase ends; what is written at leisure comes after.
    failed_at=$(moment "$log" 'map(select(.kind == "PHASE" and .name == "ROLLBACK"))[0].at')
    back_at=$(moment "$log" '
        (map(.kind == "PHASE" and .name == "ROLLBACK") | index(true)) as $from | .[$from + 1:]
        | map(select(.kind == "PHASE" or .kind == "END" or (.kind == "INTENT" and (.name | test("archive")))))[0].at')
    note deploy "$(seconds "$took")"
    note deploy-rollback "$(seconds $((back_at - failed_at - min_healthy * 1000000)))"
    last_healthy_since "$failed_at"
    note deploy-rollback-healthy "$(seconds $((healthy_at - failed_at)))"
    first_event_since "$began" 'health_status: unhealthy' backend
    if ((event_at > 0)); then note deploy-noticed "$(seconds $((failed_at - event_at)))"; fi
    expect_release_1_and_its_data 'belay deploy'
}

moment() { # moment JOURNAL FILTER: in microseconds
    local at
    at=$(jq -rs "$2 // empty" "$1")
    if [[ -z $at ]]; then fail "the journal $1 does not say what the benchmark needs."; fi
    date -d "$at" +%s%6N
}

# --- the writers while they are being copied

# measure_held PREFIX: pgbench runs against the stack, and a backup is taken in the middle.
measure_held() {
    local prefix=${1:-} load from until watcher touched copied before during failed
    fresh_point
    start_load
    nap 3
    now from
    nap "$load_seconds"
    now until
    before=$((until - from))
    watch_touched &
    watcher=$!
    belay "${prefix}held" 0 backup
    kill "$watcher" 2>/dev/null || true
    wait "$watcher" 2>/dev/null || true
    nap 3
    stop_load
    during=$(transactions "$began" $((began + took)))
    failed=$(($(cat "$root"/load/pgbench.* | awk '$3 ~ /^[a-z]/' | wc -l) + $(grep -c abort "$root/load.log" || true)))
    note "${prefix}held" "$(manifest .heldSeconds)"
    note "${prefix}held-consistency" "$(manifest '[.dataSets[].consistency] | unique | join(" ")')"
    note "${prefix}load-before" "$(awk -v n="$(transactions "$from" "$until")" -v us="$before" 'BEGIN { printf "%.1f", n / us * 1e6 }')"
    note "${prefix}load-during" "$(awk -v n="$during" -v us="$took" 'BEGIN { printf "%.1f", n / us * 1e6 }')"
    note "${prefix}load-failed" "$failed"
    touched=0
    if [[ -s $root/touched ]]; then read -r touched <"$root/touched"; fi
    note "${prefix}touched-bytes" "$touched"
    copied=$(copy_speed)
    note "${prefix}copy-speed" "$copied"
    # What the issue allows where files are copied whole.
    note "${prefix}held-allowed" "$(awk -v bytes="$touched" -v speed="$copied" 'BEGIN { printf "%.3f", bytes / speed + 0.1 }')"
    rm -rf "$root/load"
}

# A client as the stack has them: on its network, and no part of the project.
start_load() {
    mkdir -p "$root/load"
    chown 999:999 "$root/load"
    docker run -d --label "dev.belay.bench.load=$project" --name "$project-load" --network "${project}_default" \
        --init -v "$root/load:/load" --entrypoint pgbench "$name/postgres:15" \
        -h db -U postgres -n -c 2 -T 1800 -l --log-prefix=/load/pgbench postgres >/dev/null
}

stop_load() {
    if [[ $(docker inspect --format '{{.State.Running}}' "$project-load") != true ]]; then
        docker logs --tail 5 "$project-load" >&2
        fail 'pgbench has ended by itself; its last lines are above.'
    fi
    docker stop -t 2 "$project-load" >/dev/null
    docker logs "$project-load" >"$root/load.log" 2>&1
    docker rm -f "$project-load" >/dev/null
}

# transactions FROM UNTIL: that ended in between. A line is: client, number, microseconds, script, second, microsecond.
transactions() {
    cat "$root"/load/pgbench.* | awk -v from="$1" -v until="$2" '
        $3 ~ /^[0-9]+$/ { at = $5 * 1000000 + $6; if (at > from && at <= until) n++ } END { printf "%d\n", n }'
}

# At the moment at which the writers are paused: how large are the files together that were written to meanwhile?
watch_touched() {
    local since
    now since
    rm -f "$root/touched"
    while true; do
        first_event_since "$since" pause
        if ((event_at > 0)); then break; fi
        nap 0.01
    done
    find "$data" -type f -newermt "@$(seconds "$since")" -printf '%s\n' 2>/dev/null |
        awk '{ sum += $1 } END { printf "%d\n", sum }' >"$root/touched"
}

# How fast this filesystem takes a whole copy of the largest file of the data, in bytes a second.
copy_speed() {
    local file size from until
    read -r size file < <(find "$data" -type f -printf '%s %p\n' | sort -rn | head -n 1)
    now from
    cp --reflink=never --sparse=never "$file" "$root/copy"
    now until
    rm -f "$root/copy"
    awk -v bytes="$size" -v us=$((until - from)) 'BEGIN { printf "%.0f\n", bytes / us * 1e6 }'
}

# --- the command line

measure_cli() {
    local i from until
    fresh_point
    for ((i = 0; i < 5; i++)); do
        now from
        "$here/../bin/belay" --version >/dev/null
        now until
        note version "$(seconds $((until - from)))"
        now from
        (cd "$deployment" && exec "$here/../bin/belay" status) >/dev/null 2>&1 </dev/null
        now until
        note status "$(seconds $((until - from)))"
        now from
        (cd "$deployment" && exec docker compose ps) >/dev/null 2>&1 </dev/null
        now until
        note compose-ps "$(seconds $((until - from)))"
    done
}

# --- how it grows

measure_sizes() { # measure_sizes SMALL-OR-LARGE: time and memory of a backup and of a rollback
    local watch_memory=yes
    use "$1"
    sync
    belay backup 0 backup
    point_is_fresh[$stack]=yes
    note "$1-backup" "$(seconds "$took")"
    note_memory "$1-backup"
    roll_back "$1-rollback"
    note_memory "$1-rollback"
}

# A project of so many containers, each with a volume of its own.
make_containers_stack() { # make_containers_stack STACK PLACE COUNT
    local i
    make_stack "$1" "$2"
    {
        printf 'name: %s\nservices:\n' "$project"
        for ((i = 1; i <= $3; i++)); do
            printf '  c%d: { image: "%s/tiny:1", volumes: [ "v%d:/data" ] }\n' "$i" "$name" "$i"
        done
        printf 'volumes:\n'
        for ((i = 1; i <= $3; i++)); do printf '  v%d: {}\n' "$i"; done
    } >"$deployment/compose.yml"
    compose up -d || fail "docker compose up failed; its last lines: $(tail -n 3 "$root/compose.log")"
}

# A project of one container with so many small files in a bind mount, a thousand in each directory.
make_files_stack() { # make_files_stack STACK PLACE COUNT
    local directories=$((($3 + 999) / 1000)) d count
    make_stack "$1" "$2"
    data=$root/data/files
    data_of[$1]=$data
    for ((d = 0; d < directories; d++)); do
        mkdir -p "$data/$d"
        count=$(($3 - d * 1000))
        if ((count > 1000)); then count=1000; fi
        seq -f "the content of file %.0f of directory $d" "$count" | split -l 1 -a 3 -d - "$data/$d/"
    done
    cat >"$deployment/compose.yml" <<END
name: $project
services:
  files: { image: "$name/tiny:1", volumes: [ "$data:/data" ] }
END
    compose up -d || fail "docker compose up failed; its last lines: $(tail -n 3 "$root/compose.log")"
}

measure_capture() { # measure_capture STACK: a backup from nothing
    use "$1"
    forget_backups
    sync
    belay capture 0 backup
    note "$1" "$(seconds "$took")"
    note "$1-sealed" "$(seconds "$(sealed_micros)")"
}
