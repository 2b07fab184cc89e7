#!/usr/bin/env bash
# The tour, with real git and a real DVC remote: a model is recorded, shared, restored and explained; then two people
# move one to production, and back.
# shellcheck source=examples/shell.sh
source "$(dirname "$0")/shell.sh"
# shellcheck source=examples/recording.sh
source "$examples/recording.sh"
# shellcheck source=examples/promotion.sh
source "$examples/promotion.sh"

# -----------------------------------------------------------------------------------------------------------------------
chapter 'What it cost'

python "$examples/budgets.py" "$tour/jobs"
