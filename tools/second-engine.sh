#!/usr/bin/env bash
# A second Docker engine for tests, beside the one of this machine and without touching it.
#
#   second-engine.sh start DIRECTORY [--version 26.1] [--image-store classic|containerd]
#   second-engine.sh halt DIRECTORY [SIGNAL]      ends the engine (TERM); its data stays, start brings it back
#   second-engine.sh remove DIRECTORY             ends the engine and removes all that it held
#
# It listens on DIRECTORY/docker.sock: DOCKER_HOST=unix://DIRECTORY/docker.sock. Without --version it is the machine's
# own dockerd; 26.1 comes from Debian 13 as packages that are unpacked and not installed, in ~/.cache/belay-test.
# Needs root. Containers of one network reach each other and the host, the host reaches their published ports; they do
# not reach the world, because the engine leaves the firewall alone.
set -euo pipefail
export LC_ALL=C.UTF-8
export PATH="$PATH:/usr/sbin:/sbin"

give_up() {
    printf 'second-engine: %s\n' "$@" >&2
    exit 1
}

usage() {
    sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
}

# Unpacks docker.io and containerd of Debian 13, which run with the C library of Debian 12. Its runc does not: the
# machine's own is used, and its docker-init.
fetch_26_1() {
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/belay-test work mirror
    engine_root=$cache/docker-26.1
    [[ -e $engine_root/complete ]] && return
    mkdir -p "$cache"
    exec 8>"$cache/docker-26.1.lock"
    flock 8
    if [[ ! -e $engine_root/complete ]]; then
        work=$(mktemp -d "$cache/work.XXXXXX")
        # shellcheck disable=SC2064 # the directory of now
        trap "rm -rf '$work'" EXIT
        mkdir -p "$work"/{lists/partial,archives/partial,root}
        # shellcheck disable=SC2016 # it is apt that fills in $(SITE)
        mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' 2>/dev/null |
            head -n 1) || true
        if [[ -z $mirror ]]; then
            give_up 'the sources of apt name no mirror with Debian 12 (bookworm), so it is not known where Debian 13 is'
        fi
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main" \
            >"$work/sources"
        # Lists of its own, so that neither the machine's sources nor its pins matter, and none of its state changes.
        local apt=(-qq -o "Dir::State::lists=$work/lists" -o "Dir::Cache::archives=$work/archives"
            -o "Dir::Cache::pkgcache=" -o "Dir::Cache::srcpkgcache=" -o "Dir::Etc::sourcelist=$work/sources"
            -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o APT::Sandbox::User=root
            -o Acquire::Languages=none)
        apt-get "${apt[@]}" update >&2
        (cd "$work" && apt-get "${apt[@]}" download docker.io containerd >&2)
        for package in "$work"/*.deb; do dpkg-deb -x "$package" "$work/root"; done
        [[ $("$work/root/usr/sbin/dockerd" --version) == 'Docker version 26.1.'* ]] ||
            give_up "Debian 13 has another engine by now: $("$work/root/usr/sbin/dockerd" --version)"
        rm -f "$work"/root/usr/sbin/docker-init "$work"/root/usr/bin/docker-init
        touch "$work/root/complete"
        rm -rf "$engine_root"
        mv "$work/root" "$engine_root"
        rm -rf "$work"
        trap - EXIT
    fi
    exec 8>&-
}

# A private range of addresses that nothing on this machine routes; the lock keeps two callers apart.
choose_addresses() {
    local number
    exec 9>/run/belay-second-engine.lock
    flock 9
    for number in $(shuf -i 100-199); do
        if busybox ip route show | grep -q "^10\.$number\."; then continue; fi
        busybox ip link add "belay$number" type bridge
        busybox ip addr add "10.$number.255.1/24" dev "belay$number"
        busybox ip link set "belay$number" up
        # Where bridges pass through the firewall and another engine lets it drop what it does not know.
        iptables -w -I FORWARD -s "10.$number.0.0/16" -d "10.$number.0.0/16" -j ACCEPT
        printf '%s\n' "$number" >"$directory/addresses"
        exec 9>&-
        return
    done
    give_up 'no free range of addresses'
}

answers() { DOCKER_HOST=unix://$directory/docker.sock timeout 10 docker version >/dev/null 2>&1; }

start() {
    local version='' store=classic engine_root='' number _
    while (($# > 0)); do
        case $1 in
            --version) version=$2 ;;
            --image-store) store=$2 ;;
            *) usage ;;
        esac
        shift 2
    done
    ((EUID == 0)) || give_up 'needs root'
    case $version in
        '') ;;
        26.1) fetch_26_1 ;;
        *) usage ;;
    esac
    mkdir -p "$directory"
    if [[ ! -e $directory/addresses ]]; then choose_addresses; fi
    if [[ ! -e $directory/daemon.json ]]; then
        number=$(<"$directory/addresses")
        [[ $store == containerd ]] && store=true || store=false
        # An engine that knows no features does without the key.
        [[ -n $version ]] && store="\"features\": { \"containerd-snapshotter\": $store }," || store=''
        cat >"$directory/daemon.json" <<END
{
  $store
  "hosts": ["unix://$directory/docker.sock"],
  "data-root": "$directory/data", "exec-root": "$directory/exec", "pidfile": "$directory/pid",
  "bridge": "belay$number", "fixed-cidr": "10.$number.255.0/24",
  "default-address-pools": [{ "base": "10.$number.0.0/17", "size": 24 }],
  "iptables": false, "ip6tables": false, "ip-masq": false
}
END
        printf '%s\n' "$engine_root" >"$directory/root"
    else
        # A dockerd that has address pools deletes the bridge docker0 at its second start, whoever it belongs to.
        sed -i '/default-address-pools/d' "$directory/daemon.json"
    fi
    engine_root=$(<"$directory/root")
    PATH="${engine_root:+$engine_root/usr/sbin:$engine_root/usr/bin:}$PATH" \
        setsid dockerd --config-file "$directory/daemon.json" >>"$directory/log" 2>&1 </dev/null &
    local engine=$!
    for _ in {1..300}; do
        if answers; then return; fi
        kill -0 "$engine" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 25 "$directory/log" >&2
    give_up "the second engine does not answer; the last lines of its log are above"
}

# A Z is a process that has ended, and that its parent has not asked about.
has_ended() { [[ $(sed 's/.*) \(.\).*/\1/' "/proc/$1/stat" 2>/dev/null) =~ ^Z?$ ]]; }

# Ends the engine and waits; its containerd ends with it.
halt() {
    local file process _
    for file in "$directory/pid" "$directory/exec/containerd/containerd.pid"; do
        process=$(cat "$file" 2>/dev/null) || continue
        kill "-${1:-TERM}" "$process" 2>/dev/null || continue
        for _ in {1..600}; do
            if has_ended "$process"; then continue 2; fi
            sleep 0.1
        done
        give_up "process $process of the second engine has not ended"
    done
    rm -f "$directory/pid" "$directory/exec/containerd/containerd.pid"
}

remove() {
    local process number mount link
    [[ -d $directory ]] || return 0
    export DOCKER_HOST=unix://$directory/docker.sock
    if answers; then
        # Their interfaces and processes end with them.
        docker ps -aq | xargs -r docker rm -f -v >/dev/null
        docker network ls -q --filter type=custom | xargs -r docker network rm >/dev/null
    fi
    halt TERM
    # What an engine that was killed left behind.
    for process in $(grep -lsF -- "$directory/exec/" /proc/[0-9]*/cmdline | tr -dc '0-9\n'); do
        if ((process != $$)); then kill -KILL "$process" 2>/dev/null || true; fi
    done
    cut -d ' ' -f 2 /proc/self/mounts | grep -F "$directory/" | sort -r | while read -r mount; do
        umount -l "$mount"
    done || true
    if [[ -e $directory/addresses ]]; then
        number=$(<"$directory/addresses")
        iptables -w -D FORWARD -s "10.$number.0.0/16" -d "10.$number.0.0/16" -j ACCEPT 2>/dev/null || true
        for link in $(busybox ip route show | awk -v net="10.$number." 'index($1, net) == 1 { print $3 }'); do
            busybox ip link del "$link" || true
        done
    fi
    rm -rf "$directory"
}

(($# >= 2)) || usage
command=$1
directory=$(realpath -m "$2")
shift 2
case $command in
    start | halt | remove) "$command" "$@" ;;
    *) usage ;;
esac
