#!/usr/bin/env bash
# Captures a restore point of what runs: deployment-backup.sh
#
# Run it from the deployment's directory. COMPOSE_FILE is the compose file (cloud.docker-compose.yml), BACKUP_BASE_DIR
# the directory of the restore points (what a belay.yml here says, else /opt/smart-smoker/backups/deployments).
# Exit code 0: captured; 1: not, and nothing was changed. With nothing running there is nothing to capture: that is a 1.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
belay=$here/../bin/belay
if [[ ! -x $belay ]]; then belay=belay; fi
export COMPOSE_FILE=${COMPOSE_FILE:-cloud.docker-compose.yml}
options=()
if [[ -n ${BACKUP_BASE_DIR:-} || ! -e belay.yml ]]; then
    options=(--backups "${BACKUP_BASE_DIR:-/opt/smart-smoker/backups/deployments}")
fi

"$belay" backup "${options[@]}" || exit 1
