#!/bin/sh
# Makes .venv beside pyproject.toml and installs LaraBill into it, editable.
#
#   tools/bootstrap.sh [demo|test|docs]   what `make demo`, `make test` and `make docs` need
#   tools/bootstrap.sh --print-python     only say which Python would be taken
#
# A second call with nothing changed asks nobody and costs nothing. PYTHON=... is tried first; PIP_* and UV_*
# are honoured, and pip's configured index is handed to uv. Plain pip does the work where uv cannot.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
venv=$root/.venv
lock=$root/.venv.lock

say() { printf 'bootstrap: %s\n' "$*" >&2; }
die() { say "$@"; exit 1; }

# --- which Python -----------------------------------------------------------------------------------------

# A shim on PATH may exist and fail, so each candidate has to run and say its version.
runs() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }
makes_venvs() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

pick_python() {
    without_venv=
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3 python; do
        [ -n "$candidate" ] || continue
        if runs "$candidate"; then
            if makes_venvs "$candidate"; then
                printf '%s\n' "$candidate"
                return 0
            fi
            [ -n "$without_venv" ] || without_venv=$candidate
        elif [ "$candidate" = "${PYTHON:-}" ]; then
            say "PYTHON=$PYTHON does not run or is older than 3.11: looking on."
        fi
    done
    if [ -n "$without_venv" ]; then
        version=$("$without_venv" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        say "$without_venv (Python $version) runs, but it cannot make virtual environments. On Debian and Ubuntu:"
        say "    sudo apt-get install python$version-venv"
    else
        say "No Python 3.11 or newer runs here. On Debian 12, Ubuntu 24.04 or newer:"
        say "    sudo apt-get install python3 python3-venv"
        say "or name one: PYTHON=/path/to/python3.12 make ..."
    fi
    return 1
}

# --- what has been done -----------------------------------------------------------------------------------

# .made holds the folder for which the environment was made (scripts in it break when it moves);
# .unfinished stands while something is being installed, and stays behind when that is killed.
usable() {
    [ ! -e "$venv/.unfinished" ] && [ "$(cat "$venv/.made" 2>/dev/null)" = "$root" ] && runs "$venv/bin/python"
}

fingerprint() { cat "$root/pyproject.toml" "$root/constraints.txt" | cksum; }

satisfied() { # profile
    usable || return 1
    case $1 in
        demo) stamps='demo test' ;; # test installs all that demo needs
        *) stamps=$1 ;;
    esac
    now=$(fingerprint)
    for stamp in $stamps; do
        [ "$(cat "$venv/.stamp-$stamp" 2>/dev/null)" != "$now" ] || return 0
    done
    return 1
}

# --- one at a time ----------------------------------------------------------------------------------------

acquire() {
    waited=0
    until mkdir "$lock" 2>/dev/null; do
        holder=$(cat "$lock/pid" 2>/dev/null || true)
        if [ -n "$holder" ]; then
            if kill -0 "$holder" 2>/dev/null; then dead=no; else dead=yes; fi
        else
            # Between mkdir and writing its pid, or killed there: grant it ten seconds.
            if [ "$waited" -lt 10 ]; then dead=no; else dead=yes; fi
        fi
        if [ "$dead" = yes ]; then
            mv "$lock" "$lock.dead.$$" 2>/dev/null && rm -rf "$lock.dead.$$"
            continue
        fi
        [ "$waited" -ne 0 ] || say "another bootstrap (pid ${holder:-unknown}) is at work here, waiting for it"
        [ "$waited" -lt 900 ] || die "waited 15 minutes for pid $holder. If it hangs, end it and remove $lock"
        sleep 1
        waited=$((waited + 1))
    done
    echo $$ >"$lock/pid"
    trap 'rm -rf "$lock"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# --- making and installing --------------------------------------------------------------------------------

make_venv() {
    python=$(pick_python) || exit 1
    [ ! -e "$venv" ] || say "$venv is unfinished, broken or was made elsewhere: making it anew"
    rm -rf "$venv"
    mkdir "$venv"
    touch "$venv/.unfinished"
    say "making .venv with $("$python" --version 2>&1) ($python)"
    "$python" -m venv "$venv" || die "$python -m venv failed; what it says above names the reason"
    printf '%s\n' "$root" >"$venv/.made"
}

pip() { "$venv/bin/python" -m pip --disable-pip-version-check "$@"; }

# What pip would use for a setting: its environment variable, else its configuration. `pip config get` looks
# into one file only, so the merged list is read; it shows values as Python writes them: 'one\ntwo'.
pip_setting() { # environment variable, configuration key
    eval "value=\${$1:-}"
    for section in install global; do
        [ -z "$value" ] || break
        value=$(printf '%s\n' "$pip_config" | sed -n "s/^$section\\.$2='\\(.*\\)'\$/\\1/p" | sed 's/\\n/ /g')
    done
    printf '%s' "$value"
}

# uv reads neither PIP_* nor pip.conf: hand over what decides where packages come from, unless UV_* says it.
export_index_for_uv() {
    pip_config=$(pip config list 2>/dev/null || true)
    index=$(pip_setting PIP_INDEX_URL index-url)
    extra=$(pip_setting PIP_EXTRA_INDEX_URL extra-index-url)
    links=$(pip_setting PIP_FIND_LINKS find-links)
    hosts=$(pip_setting PIP_TRUSTED_HOST trusted-host)
    cert=$(pip_setting PIP_CERT cert)
    seconds=$(pip_setting PIP_DEFAULT_TIMEOUT timeout)
    no_index=$(pip_setting PIP_NO_INDEX no-index)
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-$index}}"; fi
    if [ -n "$extra" ] && [ -z "${UV_INDEX:-}" ]; then
        # pip takes the best version of all indexes; uv alone would stop at the first that has the name.
        export UV_INDEX="$extra" UV_INDEX_STRATEGY="${UV_INDEX_STRATEGY:-unsafe-best-match}"
    fi
    if [ -n "$links" ]; then export UV_FIND_LINKS="${UV_FIND_LINKS:-$(printf '%s' "$links" | tr ' ' ',')}"; fi
    if [ -n "$hosts" ]; then export UV_INSECURE_HOST="${UV_INSECURE_HOST:-$hosts}"; fi
    if [ -n "$cert" ]; then export SSL_CERT_FILE="${SSL_CERT_FILE:-$cert}"; fi
    # uv brings a list of authorities of its own; take the machine's, as Debian's pip and every newer pip do.
    export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"
    if [ -n "$seconds" ]; then export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-$seconds}"; fi
    if [ -n "$no_index" ]; then export UV_NO_INDEX="${UV_NO_INDEX:-$no_index}"; fi
}

install_with_uv() (
    pip install --quiet --constraint "$root/constraints.txt" uv || exit 1
    export_index_for_uv
    "$venv/bin/python" -m uv pip install --quiet --python "$venv/bin/python" \
        --constraint "$root/constraints.txt" --editable "$root[$1]"
)

install() { # extra
    say "installing larabill[$1]"
    touch "$venv/.unfinished"
    if ! install_with_uv "$1"; then
        say "uv could not do it, using pip (slower)"
        if ! pip install --quiet --constraint "$root/constraints.txt" --editable "$root[$1]"; then
            # A refusal changes nothing that stood before; only a kill leaves pieces behind.
            rm -f "$venv/.unfinished"
            die "pip could not install larabill[$1] either; what it says above names the reason." \
                "The first install needs a package index: check the network, or PIP_INDEX_URL and PIP_CERT"
        fi
    fi
}

profile=${1:-demo}
case $profile in
    --print-python) pick_python; exit ;;
    demo | docs) extra=$profile ;;
    test) extra=dev ;;
    *) die "unknown profile '$profile': use demo, test, docs or --print-python" ;;
esac

if satisfied "$profile"; then exit 0; fi
acquire
if satisfied "$profile"; then exit 0; fi # another one did it while we waited
usable || make_venv
install "$extra"
fingerprint >"$venv/.stamp-$profile"
rm -f "$venv/.unfinished"
