# What the tours share: a home of their own, and how a command is shown and checked. Sourced by the scripts beside it.
#
# Each works in a temporary folder and touches nothing else. Each command is printed before its output. A command that
# ends otherwise than it should, or does not say what it should, ends the tour. KEEP=1 leaves the folder to look at.
# shellcheck shell=bash
set -euo pipefail

examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tour=$(mktemp -d)
status=0
output=

finish() {
  local code=$?
  if [[ $code -ne 0 ]]; then
    printf '\nThe tour failed; its folder is %s\n' "$tour" >&2
  elif [[ -n ${KEEP:-} ]]; then
    printf '\nIts folder is %s\n' "$tour"
  else
    rm -rf "$tour"
  fi
}
trap finish EXIT

# --- nothing of the person's own configuration takes part --------------------------------------------------------------

for name in $(compgen -e | grep -E '^(GIT_|GITPROV_|DVC_|XDG_)' || true); do unset "$name"; done
export PATH="$examples/../.venv/bin:$PATH"
export HOME="$tour/home" LC_ALL=C.UTF-8 COLUMNS=100
export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 DVC_NO_ANALYTICS=1 DVC_SITE_CACHE_DIR="$tour/site"
# One thread for the sums of a fit: their order decides the last bits of the result. The project declares it.
export OMP_NUM_THREADS=1
mkdir "$HOME"
git config --global init.defaultBranch main
git config --global user.name 'Ada Example'
git config --global user.email ada@example.org
git config --global gitprov.person ada
git config --global advice.detachedHead false

# --- how the tour shows and checks -----------------------------------------------------------------------------------

chapter() { printf '\n== %s\n' "$1"; }

say() { printf '\n# %s\n' "$@"; }

# Prints a command as a person types it, on several lines when it is long.
typed() {
  local word line='$'
  printf '\n'
  for word in "$@"; do
    [[ $word =~ ^[A-Za-z0-9_./:=@{}%+,~^-]+$ ]] || word="'${word//\'/\'\\\'\'}'"
    if ((${#line} > 64)) && [[ $word == --* || ${#word} -gt 32 ]]; then
      printf '%s \\\n' "$line"
      line='   '
    fi
    line+=" $word"
  done
  printf '%s\n' "$line"
}

# Shows a command and what it prints; leaves its text in $output and its status in $status.
show() {
  typed "$@"
  commands=$((commands + 1))
  status=0
  output=$("$@" 2>&1) || status=$?
  output=${output//"$tour"/..}  # the folders lie beside each other
  if [[ -n $output ]]; then printf '%s\n' "$output"; fi
}

# A command that succeeds.
run() {
  show "$@"
  [[ $status -eq 0 ]] || wrong "status 0, not $status"
}

# A command whose output goes to a file.
run_to() {
  local file=$1
  shift
  printf '%s > %s\n' "$(typed "$@")" "$file"
  "$@" >"$file"
}

# A command that ends with a certain status.
ends() {
  local wanted=$1
  shift
  show "$@"
  [[ $status -eq $wanted ]] || wrong "status $wanted, not $status"
}

# What the last command must have said.
says() {
  local text
  for text in "$@"; do
    grep --quiet --fixed-strings -- "$text" <<<"$output" || wrong "the words: $text"
  done
}

wrong() {
  printf '\nexpected %s\n' "$1" >&2
  exit 1
}

into() {
  typed cd "$1"
  cd "$1"
}

# Jobs that product budgets are about: `job NAME` ... `done_job`; budgets.py counts what they took.
job() {
  job_name=$1 job_base=$(git rev-parse HEAD) commands=0
}

done_job() {
  printf '%s\t%s\t%s\t%s\t%s\n' "$job_name" "$commands" "$PWD" "$job_base" "$(git rev-parse HEAD)" >>"$tour/jobs"
}

commands=0
cd "$tour"
