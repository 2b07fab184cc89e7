# The second half of the tour: two people, two clones, two keys; a model goes to production, and back. Sourced by demo.sh.
# shellcheck shell=bash disable=SC2154

# Whose machine the next commands are typed on.
become() {
  HOME="$tour/homes/$1"
  into "../$1"
}

for person in ada ben; do
  mkdir -p "$tour/homes/$person"
  HOME="$tour/homes/$person"
  git config --global init.defaultBranch main
  git config --global user.name "${person^} Example"
  git config --global user.email "$person@example.org"
  git config --global gitprov.person "$person"
done

train() {
  run gitprov run --step train --input features=features --input split=split \
    --param "learning_rate=$1" --param "max_depth=$2" --output model=model.pkl:tumour:model --keep -- \
    python train.py '--learning-rate={params.learning_rate}' '--max-depth={params.max_depth}'
  run python evaluate.py
  run gitprov evaluate tumour --metrics metrics.json --data features --suite holdout
  run git commit --quiet --all --message "Train with rate $1, depth $2, and evaluate"
  run gitprov push
}

# -----------------------------------------------------------------------------------------------------------------------
chapter '8. Two people decide'

cd "$tour"
git init --quiet --bare shared.git
mkdir storage.shared
HOME="$tour/homes/ada"
cp -r "$examples/breast-cancer" ada
git -C ada init --quiet
git -C ada remote add origin ../shared.git
cd ada
git add --all
git commit --quiet --message 'A small project'
python fetch.py >"$tour/quiet"
dvc init --quiet
dvc remote add --quiet --default storage ../storage.shared

say 'Ada sets up a stage, rules to begin with, and a trust root: who decides, by whose keys.'
run gitprov init
cat >>.gitprov/project.yaml <<'YAML'
environment:
  variables: [OMP_NUM_THREADS]
steps:
  features: {code: [features.py]}
  split: {code: [split.py]}
  train: {code: [train.py]}
stages:
  production:
    max_age_days: 30
YAML
run gitprov policy starters --add not-worse --add code-reviewed --add roles-kept
run gitprov policy test
run gitprov trust init
run git add .dvc .dvcignore
run git commit --quiet --message 'Set up gitprov'
run gitprov push

say 'Ben has a key of his own, on a machine of his own.'
HOME="$tour/homes/ben"
run git clone --quiet ../shared.git ../ben
become ben
run_to ../ben.pub gitprov keys export

say 'She proposes that both approve for production (nobody what they asked for or ran); he proves that the key is his.'
become ada
run gitprov trust propose --add ben=../ben.pub --approvers production=ada,ben
run git commit --quiet --message 'Ben may approve, too'
run gitprov push
become ben
run git pull --quiet
run gitprov trust sign
run git commit --quiet --message "Prove Ben's key"
run gitprov push
run gitprov trust show

# -----------------------------------------------------------------------------------------------------------------------
chapter '9. A model goes to production'

become ada
git pull --quiet
gitprov add data/raw.csv --name raw >"$tour/quiet"
gitprov run --step features --input raw=raw --output features=data/features.csv \
  --output statistics=data/statistics.json --keep -- python features.py >"$tour/quiet" 2>&1
gitprov run --step split --input features=features --output split=data/split.json --keep -- python split.py \
  >"$tour/quiet" 2>&1
git commit --quiet --message 'Data, features and split'
printf '/metrics.json\n' >>.gitignore
git add .gitignore
train 0.1 1

run gitprov seal tumour --owner ada
says 'recorded release tumour@v1'
run git commit --quiet --message 'Release tumour v1'
run gitprov push

job 'a promotion'
run gitprov promote tumour --to production --reason 'the first one'
says 'promote/tumour/production/1'
done_job
run gitprov push

say 'Ben reads what would change, and what it was judged by.'
become ben
run git fetch --quiet
run git switch --quiet promote/tumour/production/1
run gitprov evidence show tumour/production/1
run gitprov approve tumour/production/1 --yes --reason 'read the evidence'
run gitprov push
say 'Whoever may merge, merges: by merge, squash, rebase or fast-forward.'
run git switch --quiet main
run git pull --quiet
run git merge --quiet --no-ff --message 'Merge: promote tumour v1' promote/tumour/production/1
run gitprov push
run gitprov verify tumour/production

say 'A deployer believes nobody but the pin that an owner gave them. Ada deploys; Ben could, too.'
become ada
run git switch --quiet main
run git pull --quiet
pin=$(gitprov trust fingerprint 2>"$tour/quiet")
run gitprov deploy tumour/production --to ../served --pin "$pin" --yes
run git commit --quiet --message 'Deploy tumour v1 to production'
run gitprov push
run gitprov serve-check ../served --pin "$pin" --of tumour/production

# -----------------------------------------------------------------------------------------------------------------------
chapter '10. The next one'

train 0.3 2
run gitprov promote tumour --to production --reason 'deeper trees are better in both segments'
run gitprov push
become ben
run git fetch --quiet
run git switch --quiet promote/tumour/production/2
run gitprov approve tumour/production/2 --yes
run git switch --quiet main
run git pull --quiet
run git merge --quiet --squash promote/tumour/production/2
run git commit --quiet --message 'Promote tumour v2 to production'
run gitprov push
become ada
run git switch --quiet main
run git pull --quiet
run gitprov deploy tumour/production --to ../served --pin "$pin" --yes
run git commit --quiet --message 'Deploy tumour v2 to production'
run gitprov push

# -----------------------------------------------------------------------------------------------------------------------
chapter '11. Why is this serving?'

run gitprov why tumour/production
run gitprov diff tumour@v1 tumour@v2

# -----------------------------------------------------------------------------------------------------------------------
chapter '12. What is refused'

say 'A worse model: the gate says why, and what to do.'
train 0.01 1
worse=$(gitprov show model.pkl --json | python -c 'import json, sys; print("id:" + json.load(sys.stdin)["id"][7:15])')
ends 1 gitprov promote tumour --to production --reason 'smaller'
says 'not-worse'

say "One's own approval does not count, whoever merges it."
train 0.6 2
run gitprov promote tumour --to production --reason 'faster, deeper'
ends 1 gitprov approve tumour/production/3 --yes
says 'asked for it'
run git switch --quiet main
run git merge --quiet --no-ff --message 'Merge: promote tumour v3' promote/tumour/production/3
run gitprov push
run gitprov verify tumour/production
says 'landed, NOT effective: 0 of 1 approvals'
run gitprov status tumour/production

say 'Ben approves: it counts. Then one byte of the model changes in the remote: a server that deploys it notices.'
become ben
run git pull --quiet
run gitprov approve tumour/production/3 --yes
run gitprov push
HOME="$tour/homes/ada"
run git clone --quiet ../shared.git ../server
into ../server
md5=$(sed -n 's/^- md5: //p' model.pkl.dvc)
object=../storage.shared/files/md5/${md5:0:2}/${md5:2}
chmod u+w "$object"
printf '\x01' | dd of="$object" bs=1 seek=4711 conv=notrunc status=none
chmod u-w "$object"
ends 1 gitprov deploy tumour/production --to ../served --pin "$pin" --yes
says 'GP-BLB-001'
run gitprov serve-check ../served --pin "$pin" --of tumour/production
says 'tumour@v2'

say 'Who signed what: read from any clone, without a network.'
become ben
run gitprov verify tumour@v2
say "Eve may push, and seals a release in Ada's name, in a copy of her own. Nobody who counts stands behind it."
HOME="$tour/homes/eve"
mkdir -p "$HOME"
git config --global user.name 'Eve Example'
git config --global user.email ada@example.org
git config --global gitprov.person ada
run git clone --quiet ../shared.git ../eve
into ../eve
run git remote remove origin
run gitprov seal tumour --member "model=$worse"
run git commit --quiet --message 'Release tumour v4'
ends 1 gitprov verify tumour@v4
says 'unlisted'
ends 1 gitprov promote tumour@v4 --to production --reason 'trust me'
says 'may not ask for promotions'

# -----------------------------------------------------------------------------------------------------------------------
chapter '13. And back'

become ada
run git pull --quiet
run gitprov push --repair
run gitprov rollback tumour/production --reason 'v3 is slow for new patients'
says 'v3 -> v2'
run gitprov push
become ben
run git fetch --quiet
run git switch --quiet promote/tumour/production/4
run gitprov approve tumour/production/4 --yes
run git switch --quiet main
run git merge --quiet --ff-only promote/tumour/production/4
run gitprov push
into ../server
HOME="$tour/homes/ada"
run git pull --quiet
run gitprov deploy tumour/production --to ../served --pin "$pin" --yes
run git commit --quiet --message 'Deploy tumour v2 to production again'
run gitprov push
run gitprov history tumour/production
run gitprov why tumour/production --as-of "$(git rev-list --first-parent HEAD --grep 'Promote tumour v2')"
run git log --first-parent --format='%h %s%n%w(0,4,4)%(trailers)'
