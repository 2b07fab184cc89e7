# The first half of the tour: a real model is recorded, shared, restored and explained. Sourced by demo.sh.
# shellcheck shell=bash disable=SC2154

# -----------------------------------------------------------------------------------------------------------------------
chapter '1. A project'

cp -r "$examples/breast-cancer" project
git init --quiet --bare origin.git
cd project
git init --quiet
git remote add origin ../origin.git
git add --all
git commit --quiet --message 'A small project'

run git ls-files
run gitprov init
says 'staged .gitprov/project.yaml'
cat >>.gitprov/project.yaml <<'YAML'
environment:
  variables: [OMP_NUM_THREADS]
steps:
  features: {code: [features.py]}
  split: {code: [split.py]}
  train: {code: [train.py]}
YAML
run tail -n 6 .gitprov/project.yaml
run git commit --quiet --all --message 'Set up gitprov'

# -----------------------------------------------------------------------------------------------------------------------
chapter '2. Data, features, split'

run python fetch.py
run gitprov add data/raw.csv --name raw
says 'recorded artifact raw'
run gitprov run --step features --input raw=raw --output features=data/features.csv \
  --output statistics=data/statistics.json --keep -- python features.py
says 'recorded artifact features' 'recorded artifact statistics' 'recorded run features'
run gitprov run --step split --input features=features --output split=data/split.json --keep -- python split.py
says 'recorded artifact split'
run git commit --quiet --message 'Data, features and split'

# -----------------------------------------------------------------------------------------------------------------------
chapter '3. Train, evaluate, release'

run gitprov run --step train --input features=features --input split=split \
  --param learning_rate=0.1 --param max_depth=1 --output model=model.pkl:breast-cancer:model --keep -- \
  python train.py '--learning-rate={params.learning_rate}' '--max-depth={params.max_depth}'
says 'recorded artifact breast-cancer' 'recorded run train'
run git commit --quiet --message 'Train the first model'
run python evaluate.py
run gitprov evaluate breast-cancer --metrics metrics.json --data features --suite held-out
says 'recorded evaluation of breast-cancer'
run git add metrics.json
run git commit --quiet --message 'Evaluate it'

say 'A release needs its bytes where others can have them, and an owner.'
ends 1 gitprov seal breast-cancer
says 'has no owner' 'fix: gitprov push'
run gitprov push
run gitprov seal breast-cancer --owner ada
says 'recorded release breast-cancer@v1'
run git commit --quiet --message 'Release breast-cancer v1'

say 'Deeper trees, faster.'
job 'a training'
run gitprov run --step train --input features=features --input split=split \
  --param learning_rate=0.3 --param max_depth=2 --output model=model.pkl:breast-cancer:model --keep -- \
  python train.py '--learning-rate={params.learning_rate}' '--max-depth={params.max_depth}'
run git commit --quiet --message 'Train a second model'
done_job
run python evaluate.py
run gitprov evaluate breast-cancer --metrics metrics.json --data features --suite held-out
run git commit --quiet --all --message 'Evaluate it'
run gitprov push
run gitprov seal breast-cancer
says 'recorded release breast-cancer@v2'
run git commit --quiet --message 'Release breast-cancer v2'
run gitprov push
run git status --short
[[ -z $output ]] || wrong 'nothing left to commit'

# -----------------------------------------------------------------------------------------------------------------------
chapter '4. Somebody else, another clone'

cd "$tour"
run git clone --quiet origin.git second
into second
run gitprov pull breast-cancer@v2
run gitprov restore breast-cancer@v2
run gitprov why model.pkl
says breast-cancer train learning_rate ada
run gitprov diff breast-cancer@v1 breast-cancer@v2
says learning_rate max_depth auc
run gitprov lineage breast-cancer@v2
says raw features split
run gitprov pull --all
run gitprov verify --all --bytes

say 'The same recipe again: nobody waits for a known result.'
run rm model.pkl
run gitprov run --step train --input features=features --input split=split \
  --param learning_rate=0.1 --param max_depth=1 --output model=model.pkl:breast-cancer:model --keep -- \
  python train.py '--learning-rate={params.learning_rate}' '--max-depth={params.max_depth}'
says 'was restored'

# -----------------------------------------------------------------------------------------------------------------------
chapter '5. A colleague without gitprov'

cd "$tour"
run git clone --quiet origin.git third
into third
run dvc pull
run dvc status
says 'up to date'
run cmp model.pkl ../project/model.pkl

# -----------------------------------------------------------------------------------------------------------------------
chapter '6. One byte of the model changes in the remote'

cd "$tour"
md5=$(sed -n 's/^- md5: //p' project/model.pkl.dvc)
object=project.dvc-remote/files/md5/${md5:0:2}/${md5:2}
chmod u+w "$object"
printf '\x01' | dd of="$object" bs=1 seek=4711 conv=notrunc status=none
chmod u-w "$object"
ends 1 cmp project/model.pkl "$object"
says 'byte 4712'
run git clone --quiet origin.git fourth
into fourth
ends 1 gitprov pull breast-cancer@v2
says 'GP-BLB-001' breast-cancer 'gitprov push --repair'
ends 1 gitprov restore breast-cancer@v2
says 'GP-BLB-001'
[[ ! -e model.pkl ]] || wrong 'no model.pkl'

say 'A clone that has the right bytes mends it.'
into ../project
run gitprov push --repair
into ../fourth
run gitprov restore breast-cancer@v2
run cmp model.pkl ../project/model.pkl

# -----------------------------------------------------------------------------------------------------------------------
chapter '7. Minute five: a repository that DVC made'

cd "$tour"
cp -r "$examples/breast-cancer" pipeline
cd pipeline
git init --quiet
git init --quiet --bare ../pipeline.git
git remote add origin ../pipeline.git
printf 'learning_rate: 0.1\nmax_depth: 1\n' >params.yaml
run python fetch.py
run dvc init --quiet
run dvc remote add --default storage ../pipeline.storage
run dvc add --quiet data/raw.csv
run dvc stage add --quiet --name features --deps features.py --deps data/raw.csv --outs data/features.csv \
  --outs data/statistics.json python features.py
run dvc stage add --quiet --name split --deps split.py --deps data/features.csv --outs data/split.json python split.py
# shellcheck disable=SC2016  # DVC fills it in
run dvc stage add --quiet --name train --deps train.py --deps data/features.csv --deps data/split.json \
  --params learning_rate,max_depth --outs model.pkl \
  'python train.py --learning-rate ${learning_rate} --max-depth ${max_depth}'
run dvc repro --quiet
run git add --all
run git commit --quiet --message 'A DVC pipeline'

say 'This is where gitprov comes in.'
job 'a first recorded and shared training in a DVC repository'
run gitprov init
run gitprov capture
says 'recorded run train'
run gitprov why model.pkl
run git commit --quiet --message 'Record what DVC has run'
run gitprov push
done_job
run git diff --stat "$job_base" -- dvc.yaml dvc.lock '*.dvc' .dvc .dvcignore data
[[ -z $output ]] || wrong "nothing of DVC's changed"
run dvc status
says 'up to date'

say 'From now on, in one command: the stage runs, is recorded, and dvc.lock is what DVC would have written.'
run sed -i 's/max_depth: 1/max_depth: 2/' params.yaml
run gitprov run train --keep
says 'recorded run train'
run dvc status
says 'up to date'
