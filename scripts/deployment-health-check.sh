#!/bin/bash -p
# Checks that the deployment is healthy: deployment-health-check.sh [HOST] [RETRIES]
#
# Run it from the deployment's directory. HOST is localhost by default, RETRIES 3; the checks are those of belay.yml,
# and the state of the containers. COMPOSE_FILE is the compose file (cloud.docker-compose.yml).
# Exit code 0: healthy; 1: not, or it could not be told.
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

"$belay" verify --attempts "${2:-3}" "${1:-localhost}" || exit 1
