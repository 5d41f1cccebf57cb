/** Workflows of the places where a run can be divided among machines, by the name that `init --ci` has for each: files by path. */
export const ciTemplates = {
  github: {
    '.github/workflows/holdfast.yml': `name: holdfast
on:
  push:
    branches: [main]
  pull_request:
  schedule:
    - cron: '23 3 * * *'
  workflow_dispatch:
    inputs:
      seed:
        description: a seed to repeat
        required: false
permissions:
  contents: read
env:
  # All parts of a run need the same seed.
  SEED: \${{ inputs.seed || github.run_number }}
jobs:
  stress:
    name: stress on \${{ matrix.os }}, Node \${{ matrix.node }}, part \${{ matrix.part }} of 4
    runs-on: \${{ matrix.os }}
    timeout-minutes: 20
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, ubuntu-22.04]
        node: [22, 24]
        part: [1, 2, 3, 4]
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: \${{ matrix.node }}
          cache: npm
      - run: npm ci
      # Annotations and the job's summary come by themselves.
      - run: npx holdfast stress --repeat 4 --seed "$SEED" --shard \${{ matrix.part }}/4 --duration 3m --out reports/shard
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: shard-\${{ matrix.os }}-\${{ matrix.node }}-\${{ matrix.part }}
          path: reports/shard
  merge:
    name: the report of \${{ matrix.os }}, Node \${{ matrix.node }}
    needs: stress
    # Also where a part has failed: the histories of all are judged anew, and a part that is missing is named.
    if: \${{ !cancelled() }}
    runs-on: ubuntu-latest
    timeout-minutes: 20
    permissions:
      contents: read
      issues: write
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, ubuntu-22.04]
        node: [22, 24]
    env:
      NAME: report-\${{ matrix.os }}-\${{ matrix.node }}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
          cache: npm
      - run: npm ci
      - uses: actions/download-artifact@v4
        with:
          pattern: shard-\${{ matrix.os }}-\${{ matrix.node }}-*
          path: shards
      - run: npx holdfast merge shards --out reports/merged
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: \${{ env.NAME }}
          path: reports/merged
      - if: failure() && github.event_name != 'pull_request'
        env:
          GH_TOKEN: \${{ github.token }}
          TITLE: "holdfast: a stress run failed on \${{ matrix.os }}, Node \${{ matrix.node }}"
          RUN: \${{ github.server_url }}/\${{ github.repository }}/actions/runs/\${{ github.run_id }}
        run: |
          {
            echo "Run: $RUN, seed $SEED"
            echo
            echo 'Run it again:'
            echo
            jq -r '.scenarios[] | select(.result != "valid") | "    " + .reproduce' reports/merged/report.json || echo '    see the run: there is no report'
          } > issue.md
          number=$(gh issue list --state open --search "in:title \\"$TITLE\\"" --json number --jq '.[0].number // empty')
          if [ -n "$number" ]; then gh issue comment "$number" --body-file issue.md
          else gh issue create --title "$TITLE" --body-file issue.md; fi
  explore:
    runs-on: ubuntu-latest
    timeout-minutes: 30
    permissions:
      contents: read
      issues: write
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
          cache: npm
      - run: npm ci
      - run: npx holdfast explore --preemptions 2 --out reports/explore
      - if: always()
        uses: actions/upload-artifact@v4
        with:
          name: explore
          path: reports/explore
      - if: failure() && github.event_name != 'pull_request'
        env:
          GH_TOKEN: \${{ github.token }}
          TITLE: "holdfast: a search found a schedule that loses"
          RUN: \${{ github.server_url }}/\${{ github.repository }}/actions/runs/\${{ github.run_id }}
          RUN_ID: \${{ github.run_id }}
        run: |
          id=$(jq -r '[.scenarios[].schedule // empty][0] // empty' reports/explore/report.json || true)
          {
            echo "Run: $RUN"
            echo
            if [ -n "$id" ]; then
              echo "Schedule $id. Replay it:"
              echo
              echo "    gh run download $RUN_ID --name explore --dir reports/explore && npx holdfast replay $id"
            else
              echo 'The search found no schedule: see the run.'
            fi
          } > issue.md
          number=$(gh issue list --state open --search "in:title \\"$TITLE\\"" --json number --jq '.[0].number // empty')
          if [ -n "$number" ]; then gh issue comment "$number" --body-file issue.md
          else gh issue create --title "$TITLE" --body-file issue.md; fi
`,
  },
  gitlab: {
    '.gitlab-ci.yml': `include:
  - local: .gitlab/holdfast.yml
`,
    '.gitlab/holdfast.yml': `# GitLab says each of the parallel jobs which it is: --shard auto reads that.
holdfast-stress:
  stage: test
  image: node:22
  parallel: 4
  timeout: 20 minutes
  script:
    - npm ci
    - npx holdfast stress --repeat 4 --seed "$CI_PIPELINE_IID" --shard auto --duration 3m --out "shards/$CI_NODE_INDEX"
  artifacts:
    when: always
    paths:
      - shards/
    expire_in: 30 days

holdfast-report:
  stage: test
  image: node:22
  needs:
    - job: holdfast-stress
      artifacts: true
  # Also where a part has failed: the histories of all are judged anew, and a part that is missing is named.
  when: always
  script:
    - npm ci
    - npx holdfast merge shards --out reports/merged
  artifacts:
    when: always
    paths:
      - reports/merged/
    reports:
      junit: reports/merged/junit.xml
    expire_in: 30 days

holdfast-explore:
  stage: test
  image: node:22
  timeout: 30 minutes
  script:
    - npm ci
    - npx holdfast explore --preemptions 2 --out reports/explore
  artifacts:
    when: always
    paths:
      - reports/explore/
    expire_in: 30 days
`,
  },
  kubernetes: {
    'holdfast/kubernetes-stress.yml': `# Kubernetes 1.33 or newer. The image has the project with its packages installed; its working directory is the project.
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: holdfast
spec:
  accessModes: [ReadWriteMany]
  resources:
    requests:
      storage: 5Gi
---
apiVersion: batch/v1
kind: Job
metadata:
  name: holdfast-stress
spec:
  completionMode: Indexed
  completions: 4
  parallelism: 4
  backoffLimitPerIndex: 1
  podFailurePolicy:
    rules:
      # A verdict is final. Only a pod that was evicted, or killed, is run again.
      - action: FailIndex
        onExitCodes:
          containerName: stress
          operator: In
          values: [1, 2, 3, 4, 5]
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: "True"
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: stress
          image: registry.example.com/my-project:latest
          env:
            # Kubernetes gives a pod its index, and not how many there are: the same number as completions.
            - name: HOLDFAST_SHARD_TOTAL
              value: "4"
            - name: SEED
              value: "7"
          command: [sh, -c]
          args:
            - exec npx holdfast stress --repeat 8 --seed "$SEED" --shard auto --duration 10m --out "/out/$JOB_COMPLETION_INDEX"
          resources:
            requests:
              cpu: "2"
              memory: 2Gi
          volumeMounts:
            - name: out
              mountPath: /out
      volumes:
        - name: out
          persistentVolumeClaim:
            claimName: holdfast
`,
    'holdfast/kubernetes-merge.yml': `# When holdfast-stress has ended, complete or failed.
apiVersion: batch/v1
kind: Job
metadata:
  name: holdfast-merge
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: merge
          image: registry.example.com/my-project:latest
          command: [sh, -c]
          args:
            - exec npx holdfast merge /out --out /out/merged
          resources:
            requests:
              cpu: "1"
              memory: 2Gi
          volumeMounts:
            - name: out
              mountPath: /out
      volumes:
        - name: out
          persistentVolumeClaim:
            claimName: holdfast
`,
  },
} satisfies Record<string, Record<string, string>>;

/** A place where a run can be divided among machines. */
export type CiName = keyof typeof ciTemplates;
export const ciNames = Object.keys(ciTemplates) as CiName[];
