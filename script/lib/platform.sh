# The platform is Debian 13. Sourced by the scripts; see script/in-debian13 for every other machine.
#
#   on_debian13            true on the platform itself
#   as_root COMMAND        run with root's rights, asking sudo only where they are missing
#   install_packages       apt installs what packaging/debian-packages names and is missing (Debian 13 only)
#   configure PRESET       run cmake for it, quietly; again where its build folder was another checkout's
#   enter_platform "$@"    from a script: return on a ready Debian 13, else run the script again inside one

checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
self=$(realpath --relative-to="$checkout" "$0") # the running script, from the checkout

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }
die() { say "$*"; exit 2; }

on_debian13() {
    (. /etc/os-release 2>/dev/null && [ "${ID:-}" = debian ] && [ "${VERSION_ID:-}" = 13 ])
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; return; fi
    command -v sudo >/dev/null || die "'$1' needs root and there is no sudo: run this as root"
    sudo "$@"
}

# A name may be one that another package provides.
missing_packages() {
    dpkg-query -W -f '${db:Status-Status} ${Package}, ${Provides}\n' |
        awk 'NR == FNR { if (sub(/^installed /, "")) { gsub(/ \([^)]*\)|,/, ""); for (i = 1; i <= NF; i++) have[$i] = 1 } next }
             !($1 in have)' - <("$checkout/packaging/list")
}

install_packages() {
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} = 0 ] && return
    say "installing ${#missing[@]} packages: ${missing[*]}"
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends \
        -o Dpkg::Use-Pty=0 "${missing[@]}" >&2 </dev/null || die "apt could not install: ${missing[*]}"
}

configure() {
    local folder=$checkout/build/$1
    grep -qsxF "CMAKE_HOME_DIRECTORY:INTERNAL=$checkout" "$folder/CMakeCache.txt" || rm -rf "$folder"
    mkdir -p "$folder"
    (cd "$checkout" && cmake --preset "$1") >"$folder/configure.log" 2>&1 ||
        { tail -n 20 "$folder/configure.log" >&2; return 1; }
}

# Servers refuse root, so root's runs of the demo and the tests put them under the user `postgres`.
# A checkout below a closed folder (/root) is then out of their reach: give it a second, open place.
open_checkout() {
    [ "$(id -u)" = 0 ] || return 0
    runuser -u postgres -- test -x "$checkout" && return 0
    [ -z "${THANWELA_OPENED:-}" ] || die "the user postgres cannot enter $checkout: move the checkout or open the folders above it"
    export THANWELA_OPENED=1
    exec unshare --mount --propagation private sh -c \
        'mount --bind "$1" /mnt && cd /mnt && shift && script=$1 && shift && exec "./$script" "$@"' \
        sh "$checkout" "$self" "$@"
}

enter_platform() {
    if on_debian13; then
        install_packages
        case $(basename "$0") in demo | test) open_checkout "$@" ;; esac # the others start no server
        cd "$checkout"
        return
    fi
    exec "$checkout/script/in-debian13" "$checkout/$self" "$@"
}
