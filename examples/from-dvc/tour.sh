#!/usr/bin/env bash
# From DVC: a project with a past of four commits is taken in, explained, and goes on with gitprov.
# shellcheck source=examples/shell.sh
source "$(dirname "$0")/../shell.sh"

# -----------------------------------------------------------------------------------------------------------------------
chapter '1. A project that uses DVC'

mkdir storage project
cd project
git init --quiet
cp "$examples"/from-dvc/*.py "$examples"/from-dvc/*.yaml .
dvc init --quiet
dvc config core.autostage true
dvc remote add --quiet --default storage "$tour/storage"

worked() {
  dvc repro --quiet
  git add --all
  git commit --quiet --message "$1"
  dvc push --quiet
}

python readings.py 20
dvc add --quiet data/readings.csv
worked 'Fit two models'
python readings.py 40
dvc add --quiet data/readings.csv
worked 'Take later readings'
sed -i 's/0.5/0.75/' params.yaml
worked 'Fit on more of them'
git switch --quiet --create rounded
sed -i 's/json.dumps(errors/json.dumps({name: round(error, 3) for name, error in errors.items()}/' compare.py
worked 'Round the errors'
git switch --quiet main
git merge --quiet --no-ff --message 'Merge branch rounded' rounded
run git log --oneline --graph
run dvc dag

# -----------------------------------------------------------------------------------------------------------------------
chapter '2. Take its past in'

say 'A colleague has a clone, and fetches what the remote has of every commit.'
cd "$tour"
git clone --quiet project clone
cd clone
run dvc fetch --quiet --all-commits
run gitprov init
run gitprov import dvc --history --dry-run
says 'would record' 'of 4 commits'
run gitprov import dvc --history
says 'recorded 15 artifacts and 15 runs of 4 commits'
run git commit --quiet --message 'Record what DVC knew'
run gitprov import dvc --history
says 'everything is recorded'
run gitprov verify
says 'nothing wrong'

# -----------------------------------------------------------------------------------------------------------------------
chapter '3. Ask'

run dvc checkout --quiet
run gitprov why models/line.json
says 'fit-line' 'prepared id:'
run gitprov lineage data.readings.csv --down
says 'models.line.json' 'metrics.json'
run gitprov log compare

# -----------------------------------------------------------------------------------------------------------------------
chapter '4. Go on'

say 'The same stage, run by gitprov: nobody has to guess any more.'
sed -i 's/0.75/0.6/' params.yaml
run gitprov run prepare --keep
run git commit --quiet --all --message 'Fit on a little less'
run gitprov show prepared
run dvc status prepare
says 'up to date'
