# Tests everything that does not need the SDK, including the planner and the engine; about a minute.
test:
    cargo test --workspace --exclude nk --exclude nk-aws --exclude nk-bench

# Tests everything, on emulators as well; the first time it builds the SDK.
test-aws:
    cargo test --workspace

# Runs the tests of the real nk on LocalStack: without Docker (Python 3.12 or later), or at
# AWS_ENDPOINT_URL. `--short` leaves out those that kill nk and lose answers.
test-localstack *arguments:
    localstack/test {{arguments}}

# Lints with clippy as the compiler of a normal build, so that the SDK is not compiled twice.
lint:
    RUSTC_WORKSPACE_WRAPPER="$(rustc --print sysroot)/bin/clippy-driver" CLIPPY_ARGS="-Dwarnings__CLIPPY_HACKERY__" cargo build --workspace --all-targets

# Rewrites the golden plans with the planner's current output; read the difference.
golden:
    NK_GOLDEN=write cargo test -p nk-plan --test golden

# Checks everything that a change must pass.
ci:
    .ci/run

# Controls the local emulator: `just local up`, `down`, `reset`, `status`.
local command="status":
    cargo run --quiet -p nk -- local {{command}}

# Runs the fault matrices, more than an hour: nk killed at every call, every answer lost, random faults, races for the lock.
faults:
    cargo test --workspace --no-fail-fast --test kill --test answers --test rivals -- --ignored --nocapture --test-threads 2

# Measures nk and Terraform on one emulator and writes bench/RESULTS.md; fourteen minutes (`--quick`: one).
bench *arguments:
    cargo build --release --workspace --bins
    python3 bench/run.py {{arguments}}

# Measures the planner, the differ, the scheduler and the stack parser alone.
bench-micro:
    cargo bench -p nk-bench --bench micro

# Measures topologies of 100 to 50,000 resources; writes the table and the picture of docs/large.md.
large:
    cargo run --release -p nk-bench --example large docs/large.md docs/large.svg

# Fuzzes stack files, references, policy documents, task definitions and answers of ECS, each for the given
# number of seconds. Needs a nightly toolchain and `cargo install cargo-fuzz`.
fuzz seconds="60":
    for target in stack reference policy task_definition registered; do \
        mkdir -p fuzz/corpus/$target && \
        cargo +nightly fuzz run $target fuzz/corpus/$target fuzz/seeds/$target -- -max_total_time={{seconds}} || exit 1; \
    done

# Records the picture in the README: a session of the real nk on an emulator of its own.
picture:
    cargo build --workspace --bins
    python3 docs/session/record.py "${CARGO_TARGET_DIR:-target}/debug/nk" "${CARGO_TARGET_DIR:-target}/session"
