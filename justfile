# Tests of everything that needs no SDK, the planner and the engine included; a minute.
test:
    cargo test --workspace --exclude nk --exclude nk-aws --exclude nk-bench

# Everything, emulators included; the first time minutes.
test-aws:
    cargo test --workspace

# The tests of the real nk on LocalStack, without Docker (Python 3.12 or later) or at
# AWS_ENDPOINT_URL; `--short` leaves out those that kill nk and lose answers again and again.
test-localstack *arguments:
    localstack/test {{arguments}}

# Lints as errors, without building the SDK twice.
lint:
    RUSTC_WORKSPACE_WRAPPER="$(rustc --print sysroot)/bin/clippy-driver" CLIPPY_ARGS="-Dwarnings__CLIPPY_HACKERY__" cargo build --workspace --all-targets

# Rewrites the golden plans with what the planner makes now; read the difference.
golden:
    NK_GOLDEN=write cargo test -p nk-plan --test golden

# What a change must pass.
ci:
    .ci/run

# The local emulator: `just local up`, `down`, `reset`, `status`.
local command="status":
    cargo run --quiet -p nk -- local {{command}}

# What takes more than an hour: nk killed at every call, every answer lost, ten rains, fifty races for the lock.
faults:
    cargo test --workspace --no-fail-fast --test kill --test answers --test rivals -- --ignored --nocapture --test-threads 2

# nk beside Terraform on one emulator, into bench/RESULTS.md: fourteen minutes (`--quick`: one).
bench *arguments:
    cargo build --release --workspace --bins
    python3 bench/run.py {{arguments}}

# What planner, differ, scheduler and stack parser cost by themselves.
bench-micro:
    cargo bench -p nk-bench --bench micro

# What topologies of 100 to 50,000 resources cost: the table and the picture of docs/large.md.
large:
    cargo run --release -p nk-bench --example large docs/large.md docs/large.svg

# Made-up stack files, references, policy documents, task definitions and what ECS answers of them, each
# for so many seconds.
# Needs a nightly toolchain and `cargo install cargo-fuzz`.
fuzz seconds="60":
    for target in stack reference policy task_definition registered; do \
        mkdir -p fuzz/corpus/$target && \
        cargo +nightly fuzz run $target fuzz/corpus/$target fuzz/seeds/$target -- -max_total_time={{seconds}} || exit 1; \
    done

# The picture in the README: a session of the real nk on an emulator of its own.
picture:
    cargo build --workspace --bins
    python3 docs/session/record.py "${CARGO_TARGET_DIR:-target}/debug/nk" "${CARGO_TARGET_DIR:-target}/session"
