# Shared by the scripts: sourced, not run. Every function is small on purpose.
# shellcheck shell=bash

set -Eeuo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VAR=$ROOT/var
LOG=$VAR/log/${0##*/}.log
LEAST_MAJOR=15
# shellcheck disable=SC2034  # of those that take paths
CALLED_FROM=$PWD
cd "$ROOT"
umask 077  # what is written is for this account alone; packages and sources say otherwise

# Settings of the caller's shell that would lead Python, uv or psql elsewhere.
unset PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE VIRTUAL_ENV DJANGO_SETTINGS_MODULE "${!PG@}"
export PYTHONUTF8=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=$ROOT/.venv

# The settings of the file .env that the process does not have itself, as Python reads them.
read_env_file() {
    local line name value
    while IFS= read -r line || [ -n "$line" ]; do
        [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z_0-9]*)[[:space:]]*=[[:space:]]*(.*)$ ]] || continue
        name=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]%$'\r'}
        if [[ $value =~ ^\'([^\']*)\' ]] || [[ $value =~ ^\"([^\"]*)\" ]]; then value=${BASH_REMATCH[1]}
        else value=$(sed -E 's/(^|[[:space:]]+)#.*$//; s/[[:space:]]+$//' <<<"$value"); fi
        [ -n "${!name+set}" ] || export "$name=$value"
    done <"$ROOT/.env"
}
[ ! -r "$ROOT/.env" ] || read_env_file

# The folder itself may be passed: root's database lies in it and runs as another user.
make_var() { [ -d "$VAR" ] || (umask 066 && mkdir -p "$VAR"); }

say() { printf '▸ %s\n' "$*"; }

# fail WHAT [TODO]: one line on what is wrong, one on what to do.
fail() {
    printf '✗ %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf '  → %s\n' "$2" >&2
    exit 1
}

# step NAME HINT COMMAND...: run it with its output in the log. The line shows the elapsed
# seconds; on failure it is followed by the cause and the hint.
step() {
    local name=$1 hint=$2 began=$SECONDS status=0 from pid
    shift 2
    from=$(log_size)
    printf '== %s %s\n' "$(date '+%F %T')" "$name" >>"$LOG"
    printf '▸ %s …' "$name"
    # In the background, so that a signal is answered at once (see stop_children), and
    # outside any condition, so that "set -e" holds inside. 9 is the lock of `locked`.
    (trap - ERR && "$@") >>"$LOG" 2>&1 </dev/null 9>&- &
    pid=$!
    watch "$pid" "$name" "$began"
    wait "$pid" || status=$?
    if [ "$status" != 0 ]; then
        printf '\n'
        fail "$name：没有成功。$(cause "$from")" "$hint（日志 ${LOG#"$ROOT/"}）"
    fi
    if [ -t 1 ]; then printf '\r▸ %s … %ss\n' "$name" $((SECONDS - began))
    else printf ' %ss\n' $((SECONDS - began)); fi
}

# Keep the line of a running step moving: each second on a terminal, twice a minute in a log.
watch() {
    local shown=0 elapsed
    while kill -0 "$1" 2>/dev/null; do
        sleep 0.1
        elapsed=$((SECONDS - $3))
        if [ -t 1 ] && [ "$elapsed" != "$shown" ]; then printf '\r▸ %s … %ss' "$2" "$elapsed"
        elif [ ! -t 1 ] && [ "$elapsed" -ge $((shown + 30)) ]; then printf ' %ss' "$elapsed"
        else continue; fi
        shown=$elapsed
    done
}

# The size of the log in bytes; makes the log, and starts anew when it has grown large.
log_size() {
    make_var
    mkdir -p "${LOG%/*}"
    rotate "$LOG" 1
    touch "$LOG"
    wc -c <"$LOG"
}

# rotate FILE MB: keep one predecessor, so that logs cannot fill the disk.
rotate() {
    if [ -n "$(find "$1" -size "+$(($2 * 1024))k" 2>/dev/null)" ]; then mv -f "$1" "$1.1"; fi
}

# What went wrong, in one line, from the log past the given byte.
cause() {
    local text
    text=$(tail -c "+$(($1 + 1))" "$LOG" | tail -n +2 | tr '\r' '\n' | grep -avE '^[[:space:]]*$|complete log of this run|notice' || true)
    if grep -aqE "Could not resolve|Temporary failure|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|NameResolution|NewConnection|dns error|client error \(Connect\)|Failed to fetch|Cannot initiate the connection" <<<"$text"; then
        echo "连不上软件源 / package registry unreachable"
    elif grep -aq 'No space left' <<<"$text"; then
        echo "磁盘已满 / no space left"
    else
        { grep -aiE '✗|error|cannot|unable|failed|fatal|denied' <<<"$text" || tail -n 1 <<<"$text"; } |
            tail -n 1 | sed 's/^✗ *//' | cut -c1-240
    fi
}

# Everything that this process started and that is still there, ended.
stop_children() {
    local child
    for child in $(children "$$"); do kill_tree "$child"; done
}

# From the top, so that a parent does not report its children's end as a failure.
kill_tree() {
    local below child
    below=$(children "$1")
    kill -TERM "$1" 2>/dev/null || true
    for child in $below; do kill_tree "$child"; done
}

children() { cat "/proc/$1/task/$1/children" 2>/dev/null || true; }

interrupted() {
    trap - INT TERM HUP
    stop_children
    printf '\n' >&2
    fail "已中断 / interrupted"
}
trap interrupted INT TERM HUP
trap 'printf "✗ %s 在第 %s 行意外中止\n" "$0" "$LINENO" >&2' ERR

# One at a time: a second caller waits. The lock goes with the process.
locked() {
    exec 9>"$VAR/lock"
    flock -n 9 || { say "等待另一个正在运行的脚本 / waiting for another script"; flock -w 900 9; } ||
        fail "另一个脚本仍在运行" "请等它结束后再试"
}

unlocked() { exec 9>&-; }

# The seconds to wait before the Nth start in a row of what keeps ending: longer and
# longer, and never the last.
WAITS=(1 2 4 8 15 30 60)
[ -z "${TUJING_WAITS:-}" ] || read -ra WAITS <<<"$TUJING_WAITS"
wait_before() { echo "${WAITS[$1 < ${#WAITS[@]} ? $1 : -1]}"; }
# shellcheck disable=SC2034  # of those that source this
STEADY_S=60  # after so long at work the next end is the first again

# check_space [DIR]: writable, and at least 1 GB free.
check_space() {
    local dir=${1:-$VAR} free_mb
    make_var 2>/dev/null || true
    { mkdir -p "$dir" && [ -w "$dir" ]; } 2>/dev/null ||
        fail "目录 $dir 不可写 / not writable" "请检查它的属主和权限，或换一个用户运行"
    free_mb=$(free_mb "$dir")
    [ "$free_mb" -ge 1024 ] ||
        fail "磁盘空间不足：$dir 所在磁盘仅剩 $free_mb MB" "请腾出至少 1 GB 后再试"
}

free_mb() { df -Pm "$1" | awk 'NR == 2 {print $4}'; }

# The installed PostgreSQL servers that are new enough, oldest first.
majors() {
    local server major
    for server in /usr/lib/postgresql/*/bin/postgres; do
        major=${server#/usr/lib/postgresql/}
        major=${major%%/*}
        if [ -x "$server" ] && [ "$major" -ge $LEAST_MAJOR ] 2>/dev/null; then echo "$major"; fi
    done | sort -n
}

# fingerprint FILE...: a short hash of their names and contents, bound to this folder.
fingerprint() { { pwd; sha256sum "$@" 2>/dev/null || true; } | sha256sum | cut -c1-16; }

is_stamped() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }

py() { "$ROOT/.venv/bin/python" "$@"; }
manage() { py "$ROOT/manage.py" "$@"; }
