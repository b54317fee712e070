#!/bin/sh
# A container's entrypoint: waits for the database, makes it match schema.toml, becomes the server.
set -eu

case "${1:-}" in
-h | --help)
	cat <<'USAGE'
usage: start-with-migration.sh [COMMAND [ARGUMENT...]]

Waits for a healthy database, runs `pgreconcile apply`, then becomes the command.
If the database cannot be made to match, the command does not start, and the exit
code is pgreconcile's. Without a command it ends there. Settings: PGRECONCILE_*.
USAGE
	exit
	;;
esac

# In the background, so that `docker stop` reaches it and its end can be spoken about.
pgreconcile apply &
reconciler=$!
trap 'kill -TERM "$reconciler"' INT TERM
code=0
wait "$reconciler" || code=$?
# A signal ends that wait early: the reconciler gets the time it needs, the server is not started.
while kill -0 "$reconciler" 2>/dev/null; do
	wait "$reconciler" || true
done
trap - INT TERM

if [ "$code" -ne 0 ]; then
	case $code in
	3) advice="nothing was executed; give the consent that the plan needs, then start again" ;;
	4) advice="the database did not answer in time; start again once it is healthy" ;;
	5) advice="nothing was executed; mend schema.toml, then start again" ;;
	130 | 143) advice="it was told to stop; start again, it goes on from where it is" ;;
	*) advice="mend what is named above, then start again; it goes on from where it is" ;;
	esac
	echo "start-with-migration: the server was not started: $advice" >&2
	exit "$code"
fi

# What is set for pgreconcile alone is nothing for the server; `pgreconcile exec` also takes away what schema.toml names.
[ -n "${PGRECONCILE_KEEP_ENV:-}" ] || unset PGRECONCILE_URL
[ $# -eq 0 ] || exec "$@"
