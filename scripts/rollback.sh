#!/bin/bash -p
# Puts back what ran before, data included: rollback.sh [POINT] [OPTIONS OF belay rollback...]
#
# Run it from the deployment's directory. Without POINT it is the newest verified restore point that differs from what
# runs. COMPOSE_FILE is the compose file (cloud.docker-compose.yml), BACKUP_BASE_DIR the directory of the restore points
# (what a belay.yml here says, else /opt/smart-smoker/backups/deployments).
# Exit code 0: rolled back, and verified unless the outcome says otherwise; 1: not, and the message says what to do.
set -euo pipefail
# As bin/belay, which does the rest: nothing that the environment names is run or loaded.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin
unset -v "${!LD_@}" BASH_ENV CDPATH ENV
self=${BASH_SOURCE[0]}
if [[ -L $self ]]; then self=$(readlink -f -- "$self"); fi
if [[ $self != */* ]]; then self=./$self; fi
belay=${self%/*}/../bin/belay
if [[ ! -x $belay ]]; then belay=belay; fi
export COMPOSE_FILE=${COMPOSE_FILE:-cloud.docker-compose.yml}
options=()
if [[ -n ${BACKUP_BASE_DIR:-} || ! -e belay.yml ]]; then
    options=(--backups "${BACKUP_BASE_DIR:-/opt/smart-smoker/backups/deployments}")
fi

"$belay" rollback "${options[@]}" "$@" || exit 1
