#!/usr/bin/env bash
# Puts on a Debian 12 machine what Belay needs to be built, tested and shown, and nothing that is there already.
#
# Run it:     tools/setup.sh
# Or source it, call set_up_machine, and at the end stop_engine_we_started.
#
# It says what it will install, and from where, before it installs it. It can be run again at any time, also after it
# was cut off half-way. It never stops an engine that it found running.
set -euo pipefail
export LC_ALL=C.UTF-8
export PATH="$PATH:/usr/sbin:/sbin" # dockerd and iptables live there; the PATH of a plain `su` lacks it

apt_sources=/etc/apt/sources.list.d/belay-compose.sources
apt_preferences=/etc/apt/preferences.d/belay-compose
policy_rc_d=/usr/sbin/policy-rc.d
unfinished=/var/cache/belay-setup.unfinished # there while packages are being installed
policy_mark='Left by the set-up of Belay while it installs packages'
engine_started='' # '' (not by us), systemd, or the process id of the dockerd that we started
engine_log=''
for_tests=${for_tests:-no}       # yes: also what only the tests need
for_bench=${for_bench:-no}       # yes: also what only the benchmark needs
for_reflinks=${for_reflinks:-no} # yes: also what makes a filesystem with reflinks

say() { printf 'setup: %s\n' "$*"; }

give_up() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

at_least() { # at_least VERSION MINIMUM
    [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1) == "$2" ]]
}

# Finds a JDK of 17 or newer and makes it the one that Maven and bin/belay use.
find_jdk() {
    local javac home version
    for javac in "${JAVA_HOME:+$JAVA_HOME/bin/javac}" "$(command -v javac || true)" /usr/lib/jvm/*/bin/javac; do
        [[ -n $javac && -x $javac ]] || continue
        version=$("$javac" -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p') || continue
        if ((${version:-0} < 17)); then continue; fi
        home=$(dirname "$(dirname "$(readlink -f "$javac")")")
        if [[ -x $home/bin/java ]]; then export JAVA_HOME=$home; fi
        return 0
    done
    return 1
}

maven_is_there() {
    local version
    version=$(mvn -B -version 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*\).*/\1/p') || return 1
    [[ -n $version ]] && at_least "$version" 3.8.1
}

engine_answers() { command -v docker >/dev/null && timeout 30 docker version >/dev/null 2>&1; }

compose_is_there() {
    local version plugin
    if command -v docker >/dev/null; then
        version=$(docker compose version --short 2>/dev/null) || return 1
        [[ ${version#v} =~ ^([2-9]|[1-9][0-9]+)\. ]]
        return
    fi
    # Without the docker command only the plugin's file can tell; what a docker command finds, it will find too.
    for plugin in /usr/{local/,}lib{,exec}/docker/cli-plugins/docker-compose; do
        if [[ -x $plugin ]]; then return 0; fi
    done
    return 1
}

busybox_is_static() {
    local linkage
    [[ -x /bin/busybox ]] || return 1
    linkage=$(ldd /bin/busybox 2>&1) || true
    [[ $linkage == *'not a dynamic executable'* || $linkage == *'statically linked'* ]]
}

installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Fills `packages` with what to install and `reasons` with one line for each.
find_missing() {
    packages=()
    reasons=()
    local from='Debian 12' note
    need() {
        packages+=("$1")
        reasons+=("$(printf '%-26s %-20s %s' "$1" "$from" "$2")")
    }
    find_jdk || need openjdk-17-jdk-headless 'to build and run Belay'
    maven_is_there || need maven 'to build Belay'
    if ! engine_answers; then
        type -P dockerd docker >/dev/null || need docker.io 'the Docker engine and its command'
        command -v iptables >/dev/null || need iptables 'the engine sets up its networks with it'
        if [[ $(cat /sys/module/apparmor/parameters/enabled 2>/dev/null) == Y ]]; then
            # Where the kernel has AppArmor switched on, an engine without this command starts no container.
            command -v apparmor_parser >/dev/null || need apparmor 'the engine loads its profile with it'
        fi
    fi
    note=''
    if installed busybox; then note='; takes the place of the package busybox'; fi
    busybox_is_static || need busybox-static "one static program, for the containers of the demo and the tests$note"
    tar --version 2>/dev/null | grep -q 'GNU tar' || need tar 'GNU tar packs and unpacks the data'
    if [[ $for_tests == yes ]]; then
        command -v strace >/dev/null || need strace 'the tests watch calls of the kernel with it, and make them fail'
        command -v mkfs.ext4 >/dev/null || need e2fsprogs 'the tests cut the power of a filesystem made with it'
    fi
    if [[ $for_bench == yes ]]; then
        command -v jq >/dev/null || need jq 'the benchmark reads reports with it'
    fi
    if [[ $for_reflinks == yes ]]; then
        command -v mkfs.xfs >/dev/null || need xfsprogs 'makes the filesystem with reflinks, in a file'
    fi
    if ! compose_is_there; then
        note=''
        if installed docker-compose; then note='; takes the place of docker-compose 1'; fi
        from='Debian 13 (trixie)'
        need docker-compose "Compose v2, which Debian 12 lacks; nothing else comes from there$note"
    fi
}

# Debian 13 as a source of docker-compose and of nothing else. The pin is written first: cut off in between, the machine
# must not be left with a source that upgrades it.
add_compose_source() {
    local mirror
    # shellcheck disable=SC2016 # it is apt that fills in $(SITE)
    mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' 2>/dev/null |
        head -n 1) || true
    if [[ -z $mirror ]]; then
        give_up 'the sources of apt name no mirror with Debian 12 (bookworm), so it is not known where Debian 13 is.' \
            'Add one to /etc/apt/sources.list.d, or install Compose v2 by hand.'
    fi
    cat >"$apt_preferences" <<'END'
# Belay: only docker-compose comes from trixie. Remove this file and sources.list.d/belay-compose.sources before
# upgrading the machine to Debian 13.

Package: *
Pin: release n=trixie
Pin-Priority: -1

Package: docker-compose
Pin: release n=trixie
Pin-Priority: 990
END
    cat >"$apt_sources" <<END
# Belay: Compose v2, which Debian 12 lacks; see preferences.d/belay-compose.
Types: deb
URIs: $mirror
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
END
}

# Runs a command of apt with its chatter in a file, which is shown only when the command fails.
quietly() {
    local code=0
    "$@" >"$apt_log" 2>&1 </dev/null || code=$?
    if ((code != 0)); then
        tail -n 25 "$apt_log" >&2
        give_up "'$*' failed with exit code $code; its last lines are above."
    fi
}

install_missing() {
    apt_log=$(mktemp)
    : >"$unfinished"
    # No service must start while packages are installed: the engine is started afterwards, where its failure can be
    # shown. Where the machine has such a policy already, its own holds.
    if [[ -e $policy_rc_d ]] && ! grep -q "$policy_mark" "$policy_rc_d"; then
        trap 'rm -f "$apt_log"' EXIT
    else
        trap 'rm -f "$apt_log" "$policy_rc_d"' EXIT
        printf '#!/bin/sh\n# %s; remove it if you find it.\nexit 101\n' "$policy_mark" >"$policy_rc_d"
        chmod 755 "$policy_rc_d"
    fi
    export DEBIAN_FRONTEND=noninteractive
    if [[ " ${packages[*]} " == *' docker-compose '* ]]; then add_compose_source; fi
    # What an installation that was cut off left unpacked; where nothing was, this does nothing.
    dpkg --configure -a >/dev/null 2>&1 </dev/null || true
    quietly apt-get -q -o DPkg::Lock::Timeout=300 update
    quietly apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
        install --fix-broken --no-install-recommends "${packages[@]}"
    rm -f "$unfinished"
}

explain_by_hand() {
    printf 'setup: %s\n' 'this is not Debian 12, so nothing is installed by itself. Please install by hand:'
    printf '  %s\n' "${reasons[@]}" | sed -E 's/ +Debian 1[23]( \(trixie\))? +/  /'
} >&2

ensure_engine() {
    local _
    if engine_answers; then return; fi
    if [[ -n ${DOCKER_HOST:-} ]]; then
        give_up "no Docker engine answers at DOCKER_HOST=$DOCKER_HOST." 'Unset it to use an engine on this machine.'
    fi
    if ((EUID != 0)); then
        give_up 'no Docker engine answers. Start it, or run this as root, which starts it.'
    fi
    if [[ -d /run/systemd/system ]]; then
        say 'starting the Docker engine: systemctl start docker'
        if ! systemctl start docker; then
            journalctl --no-pager -u docker -n 25 >&2 || true
            give_up 'the Docker engine did not start; its last lines are above.'
        fi
        engine_started=systemd
    else
        engine_log=$(mktemp "${TMPDIR:-/tmp}/belay-dockerd.XXXXXX")
        # In a session of its own, so that a Ctrl-C meant for us does not reach it before our clean-up is done.
        setsid dockerd >"$engine_log" 2>&1 </dev/null &
        engine_started=$!
        say "starting the Docker engine: dockerd, process $engine_started"
    fi
    for _ in {1..120}; do
        if engine_answers; then return; fi
        if [[ $engine_started != systemd ]] && ! kill -0 "$engine_started" 2>/dev/null; then break; fi
        sleep 0.5
    done
    if [[ -n $engine_log ]]; then
        tail -n 25 "$engine_log" >&2
        give_up "the Docker engine does not answer; the last lines of its log, $engine_log, are above."
    fi
    journalctl --no-pager -u docker -n 25 >&2 || true
    give_up 'the Docker engine does not answer; its last lines are above.'
}

stop_engine_we_started() {
    local _ engine=$engine_started
    engine_started=''
    case $engine in
        '') return 0 ;;
        systemd)
            say 'stopping the Docker engine that was started above'
            systemctl stop docker >/dev/null 2>&1 || true
            ;;
        *)
            if kill -TERM "$engine" 2>/dev/null; then say 'stopping the Docker engine that was started above'; fi
            for _ in {1..120}; do
                if ! kill -0 "$engine" 2>/dev/null; then
                    rm -f "$engine_log"
                    return 0
                fi
                sleep 0.5
            done
            say "the Docker engine, process $engine, has not ended; its log is $engine_log"
            ;;
    esac
}

set_up_machine() {
    find_missing
    if ((${#packages[@]} == 0)) && [[ ! -e $unfinished || $EUID != 0 ]]; then
        say 'nothing to install'
    elif ((${#packages[@]} == 0)); then
        say 'finishing an installation that was cut off'
        (install_missing)
    else
        if ! grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || ! grep -q '^ID=debian' /etc/os-release; then
            explain_by_hand
            exit 1
        fi
        say 'these packages are missing and will be installed, with what they depend on, by apt-get:'
        printf '  %s\n' "${reasons[@]}"
        if [[ " ${packages[*]} " == *' docker-compose '* ]]; then
            say "for the last of them, $apt_sources and $apt_preferences are added."
        fi
        if ((EUID != 0)); then give_up 'installing needs root: run this as root.'; fi
        (install_missing)
        hash -r
        find_missing
        if ((${#packages[@]} != 0)); then
            printf '  %s\n' "${reasons[@]}" >&2
            give_up 'these are still missing after their installation; is an older one earlier in PATH?'
        fi
        say 'installed'
    fi
    ensure_engine
}

if [[ ${BASH_SOURCE[0]} == "$0" ]]; then
    if (($# > 0)); then
        sed -n '2,8s/^# \{0,1\}//p' "$0"
        [[ $1 == -h || $1 == --help ]]
        exit
    fi
    set_up_machine
    case $engine_started in
        '') ;;
        systemd) say "the Docker engine was started and stays on. To stop it: systemctl stop docker" ;;
        *) say "the Docker engine was started and stays on (log: $engine_log). To stop it: kill $engine_started" ;;
    esac
fi
