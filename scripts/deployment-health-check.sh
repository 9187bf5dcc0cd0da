#!/usr/bin/env bash
# Checks that the deployment is healthy: deployment-health-check.sh [HOST] [RETRIES]
#
# Run it from the deployment's directory. HOST is localhost by default, RETRIES 3; the checks are those of belay.yml,
# and the state of the containers. COMPOSE_FILE is the compose file (cloud.docker-compose.yml).
# Exit code 0: healthy; 1: not, or it could not be told.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
belay=$here/../bin/belay
if [[ ! -x $belay ]]; then belay=belay; fi
export COMPOSE_FILE=${COMPOSE_FILE:-cloud.docker-compose.yml}

"$belay" verify --attempts "${2:-3}" "${1:-localhost}" || exit 1
