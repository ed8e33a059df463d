# Shared by the scripts. Sourced, not run; every function is small on purpose.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
VAR="$ROOT/var"
export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT="$ROOT/.venv" PYTHONDONTWRITEBYTECODE=
export DJANGO_SETTINGS_MODULE=${DJANGO_SETTINGS_MODULE:-webmap.settings}
cd "$ROOT"

say() { printf '▸ %s\n' "$*"; }

# fail WHAT TODO: one clear line on what went wrong, one on what to do.
fail() {
    printf '✗ %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf '  → %s\n' "$2" >&2
    exit 1
}

# step NAME HINT COMMAND...: run with its output in a log; show elapsed time, or the
# log's telling line and the hint.
step() {
    local name=$1 hint=$2 log started=$SECONDS
    shift 2
    mkdir -p "$VAR/log"
    log="$VAR/log/setup.log"
    printf '▸ %s …' "$name"
    if "$@" >"$log" 2>&1; then
        printf ' %ss\n' $((SECONDS - started))
    else
        printf '\n'
        fail "$name 失败：$(telling_line "$log")" "$hint（日志 var/log/setup.log）"
    fi
}

telling_line() {
    grep -aE 'error|Error|ERROR|错误|Unable|unable|cannot|Cannot|No space|failed|FATAL' "$1" | tail -n 1 | cut -c1-300 || true
    [ -s "$1" ] || echo "没有输出"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else fail "安装系统组件需要管理员权限" "请用 root 运行一次 script/bootstrap，或安装 sudo"
    fi
}

pg_bin() {
    local found
    found=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    [ -n "$found" ] || return 1
    echo "$found"
}

check_space() {
    mkdir -p "$VAR" 2>/dev/null && [ -w "$VAR" ] || fail "目录 var/ 不可写" "请检查 $VAR 的权限"
    local free_mb
    free_mb=$(df -Pm "$VAR" | awk 'NR==2 {print $4}')
    [ "$free_mb" -ge 1024 ] || fail "磁盘空间不足：var/ 所在磁盘仅剩 ${free_mb} MB" "请腾出至少 1 GB 后重试"
}

py() { "$ROOT/.venv/bin/python" "$@"; }
manage() { py "$ROOT/manage.py" "$@"; }
